import { unionBy } from '../codec/composite-fields.ts'
import type { Field } from '../codec/field.ts'
import { ProtocolError } from '../errors.ts'
import type { RecordKind } from './kind.ts'
import { recordKind } from './record-kind.ts'
import type { HubRecord, PayeeRecord, PayerRecord, VirtualRecord } from './virtual.ts'

/** What lies on disk of a virtual channel beside its role, for each role. */
export interface VirtualFields {
  readonly payer: Field<Omit<PayerRecord, 'role'>>
  readonly hub: Field<Omit<HubRecord, 'role'>>
  readonly payee: Field<Omit<PayeeRecord, 'role'>>
}

/** In place of the records of a role that a node does not have: it neither writes nor reads them. */
function missing<T>(role: VirtualRecord['role']): Field<T> {
  const refuse = (): never => {
    throw new ProtocolError('ROLE_MISSING', { role })
  }
  return { encode: refuse, decode: refuse }
}

/**
 * How virtual channels lie on disk, one entry each, for a node with these roles.
 *
 * Reading one of another role throws ProtocolError `ROLE_MISSING`.
 */
export function virtualKindOf(fields: Partial<VirtualFields>): RecordKind<VirtualRecord> {
  const { payer = missing('payer'), hub = missing('hub'), payee = missing('payee') } = fields
  const stored = unionBy<VirtualRecord, 'role'>('role', { payer, hub, payee })
  return recordKind('virtual/', stored, ({ virtualId }) => virtualId)
}
