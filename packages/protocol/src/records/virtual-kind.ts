import { optional, struct, union, unionBy } from '../codec/composite-fields.ts'
import type { Field } from '../codec/field.ts'
import { bytes32, channelId, repeated32, text, uint32, uint64, uint128 } from '../codec/value-fields.ts'
import { ProtocolError } from '../errors.ts'
import type { HubPhase } from '../machines/locks/hub-phases.ts'
import type { Decline, Leg } from '../machines/locks/lock.ts'
import type { PayeePhase } from '../machines/locks/payee.ts'
import type { PayerPhase } from '../machines/locks/payer.ts'
import { signedVoucher } from '../messages/fields/signed-fields.ts'
import { virtualTerms } from '../messages/fields/terms-fields.ts'
import { memo } from '../messages/lane-messages.ts'
import type { RecordKind } from './kind.ts'
import { recordKind } from './record-kind.ts'
import type { HubRecord, PayeeRecord, PayerRecord, VirtualRecord } from './virtual.ts'

const leg = struct<Leg>({ channelId, slot: uint32 })
const decline = struct<Decline>({ code: text, returned: uint128 })
const voucher = optional(signedVoucher)

const lockedOn = { incoming: leg, outgoing: leg, voucher, largestFold: optional(uint128) }
const paid = { outgoing: leg, foldedAt: uint128, voucher, largestFold: optional(uint128), closingSince: uint64 }
const returning = { incoming: leg, decline, closingSince: uint64, askedAt: optional(uint64) }
const closed = { voucher, decline: optional(decline), closedAt: uint64 }

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
  claiming: struct({ ...lockedOn, closingSince: uint64, askedAt: optional(uint64) }),
  returning: struct(returning),
  covered: struct({ ...paid, claimed: optional(uint128), foldRefusedAt: optional(uint64) }),
  clearing: struct({ ...paid, signedAt: uint64 }),
  closed: struct(closed),
})

const opened = { outgoing: leg, voucher }

const payerPhase = union<PayerPhase>({
  open: struct({ ...opened, tickSeed: optional(bytes32) }),
  asking: struct({ ...opened, closingSince: uint64, foldRefusedAt: optional(uint64) }),
  claimed: struct({ ...opened, claimed: uint128, decline: optional(decline), closingSince: uint64 }),
  folding: struct({ ...opened, amount: uint128, decline: optional(decline), closingSince: uint64, signedAt: uint64 }),
  withdrawing: struct({ ...opened, code: text, closingSince: uint64, refusedAt: uint64 }),
  closed: struct(closed),
})

const payeePhase = union<PayeePhase>({
  open: struct({ incoming: leg, voucher }),
  claiming: struct({ incoming: leg, voucher, closingSince: uint64, askedAt: optional(uint64) }),
  returning: struct(returning),
  closed: struct(closed),
})

const base = { virtualId: repeated32, terms: virtualTerms, memo, position: uint32, since: uint64 }

/** What lies on disk of a virtual channel beside its role, for each role. */
export interface VirtualFields {
  readonly payer: Field<Omit<PayerRecord, 'role'>>
  readonly hub: Field<Omit<HubRecord, 'role'>>
  readonly payee: Field<Omit<PayeeRecord, 'role'>>
}

export const payerField: VirtualFields['payer'] = struct({ ...base, phase: payerPhase })
export const hubField: VirtualFields['hub'] = struct({ ...base, phase: hubPhase })
export const payeeField: VirtualFields['payee'] = struct({ ...base, phase: payeePhase })

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

/** The same for a node with all roles. */
export const virtualKind: RecordKind<VirtualRecord> = virtualKindOf({
  payer: payerField,
  hub: hubField,
  payee: payeeField,
})
