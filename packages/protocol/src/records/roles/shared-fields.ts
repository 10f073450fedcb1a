import { optional, struct } from '../../codec/composite-fields.ts'
import { channelId, repeated32, text, uint32, uint64, uint128 } from '../../codec/value-fields.ts'
import type { Decline, Leg } from '../../machines/locks/lock.ts'
import { signedVoucher } from '../../messages/fields/signed-fields.ts'
import { virtualTerms } from '../../messages/fields/terms-fields.ts'
import { memo } from '../../messages/lane-messages.ts'
import type { Prolonged } from '../virtual.ts'

// What records of several roles hold.

export const leg = struct<Leg>({ channelId, slot: uint32 })
export const decline = struct<Decline>({ code: text, returned: uint128 })
export const voucher = optional(signedVoucher)
export const closed = { voucher, decline: optional(decline), closedAt: uint64 }

/** Of who has an incoming lock. */
export const returning = { incoming: leg, decline, closingSince: uint64, askedAt: optional(uint64) }

const prolonged = struct<Prolonged>({
  by: uint64,
  before: uint64,
  at: uint64,
  received: uint128,
  paidOn: uint128,
  kept: uint128,
})

export const base = {
  virtualId: repeated32,
  terms: virtualTerms,
  memo,
  position: uint32,
  since: uint64,
  prolonged: optional(prolonged),
}
