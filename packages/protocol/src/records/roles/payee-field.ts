import { optional, struct, union } from '../../codec/composite-fields.ts'
import type { Field } from '../../codec/field.ts'
import { uint64 } from '../../codec/value-fields.ts'
import type { PayeePhase } from '../../machines/locks/payee.ts'
import type { PayeeRecord } from '../virtual.ts'
import { base, closed, leg, returning, voucher } from './shared-fields.ts'

const payeePhase = union<PayeePhase>({
  open: struct({ incoming: leg, voucher }),
  claiming: struct({ incoming: leg, voucher, closingSince: uint64, askedAt: optional(uint64) }),
  returning: struct(returning),
  closed: struct(closed),
})

/** What lies on disk of a payee's virtual channel, beside its role. */
export const payeeField: Field<Omit<PayeeRecord, 'role'>> = struct({ ...base, phase: payeePhase })
