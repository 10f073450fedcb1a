import type { RecordKind } from '../kind.ts'
import type { VirtualRecord } from '../virtual.ts'
import { virtualKindOf } from '../virtual-kind.ts'
import { hubField } from './hub-field.ts'
import { payeeField } from './payee-field.ts'
import { payerField } from './payer-field.ts'

/** How virtual channels lie on disk for a node with all roles. */
export const virtualKind: RecordKind<VirtualRecord> = virtualKindOf({
  payer: payerField,
  hub: hubField,
  payee: payeeField,
})
