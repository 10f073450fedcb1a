import { optional, struct, union } from '../../codec/composite-fields.ts'
import type { Field } from '../../codec/field.ts'
import { text, uint64, uint128 } from '../../codec/value-fields.ts'
import type { HubPhase } from '../../machines/locks/hub-phases.ts'
import type { HubRecord } from '../virtual.ts'
import { base, closed, decline, leg, returning, voucher } from './shared-fields.ts'

const lockedOn = { incoming: leg, outgoing: leg, voucher, largestFold: optional(uint128) }
const paid = { outgoing: leg, foldedAt: uint128, voucher, largestFold: optional(uint128), closingSince: uint64 }

const hubPhase = union<HubPhase>({
  received: struct({ incoming: leg }),
  forwarded: struct(lockedOn),
  asking: struct({ ...lockedOn, closingSince: uint64, foldRefusedAt: optional(uint64) }),
  claimed: struct({ ...lockedOn, claimed: uint128, decline: optional(decline), closingSince: uint64 }),
  folding: struct({
    ...lockedOn,
    amount: uint128,
    largestFold: uint128,
    decline: optional(decline),
    closingSince: uint64,
    signedAt: uint64,
  }),
  withdrawing: struct({ ...lockedOn, code: text, closingSince: uint64, refusedAt: uint64 }),
  claiming: struct({ ...lockedOn, cost: uint128, closingSince: uint64, askedAt: optional(uint64) }),
  writtenOff: struct({
    ...lockedOn,
    largestFold: uint128,
    cost: uint128,
    closingSince: uint64,
    leftAt: uint64,
  }),
  returning: struct(returning),
  covered: struct({ ...paid, claimed: optional(uint128), foldRefusedAt: optional(uint64) }),
  clearing: struct({ ...paid, signedAt: uint64 }),
  closed: struct(closed),
})

/** What lies on disk of a hub's virtual channel, beside its role. */
export const hubField: Field<Omit<HubRecord, 'role'>> = struct({ ...base, phase: hubPhase })
