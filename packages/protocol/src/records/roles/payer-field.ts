import { optional, struct, union } from '../../codec/composite-fields.ts'
import type { Field } from '../../codec/field.ts'
import { bytes32, text, uint64, uint128 } from '../../codec/value-fields.ts'
import type { PayerPhase } from '../../machines/locks/payer.ts'
import type { PayerRecord } from '../virtual.ts'
import { base, closed, decline, leg, voucher } from './shared-fields.ts'

const opened = { outgoing: leg, voucher }

const payerPhase = union<PayerPhase>({
  open: struct({ ...opened, tickSeed: optional(bytes32) }),
  asking: struct({ ...opened, closingSince: uint64, foldRefusedAt: optional(uint64) }),
  claimed: struct({ ...opened, claimed: uint128, decline: optional(decline), closingSince: uint64 }),
  folding: struct({ ...opened, amount: uint128, decline: optional(decline), closingSince: uint64, signedAt: uint64 }),
  withdrawing: struct({ ...opened, code: text, closingSince: uint64, refusedAt: uint64 }),
  closed: struct(closed),
})

/** What lies on disk of a payer's virtual channel, beside its role. */
export const payerField: Field<Omit<PayerRecord, 'role'>> = struct({ ...base, phase: payerPhase })
