import { optional, struct } from '../codec/composite-fields.ts'
import { bytes32, flag, oneOf, text, uint32, uint64, uint128 } from '../codec/value-fields.ts'
import { memo } from '../messages/lane-messages.ts'
import { signedVoucher } from '../messages/signed-fields.ts'
import { virtualTerms } from '../messages/terms-fields.ts'
import type { RecordKind } from './kind.ts'
import { recordKind } from './record-kind.ts'
import type { Decline, IncomingLeg, OutgoingLeg, VirtualRecord } from './virtual.ts'

type Stored = Omit<VirtualRecord, 'acknowledged' | 'offered'>

const stored = struct<Stored>({
  virtualId: bytes32,
  terms: virtualTerms,
  memo,
  position: uint32,
  status: oneOf('early', 'opening', 'open', 'closing', 'closed', 'spent'),
  since: uint64,
  incoming: optional(struct<IncomingLeg>({ channelId: bytes32, slot: uint32, foldedAt: optional(uint128) })),
  outgoing: optional(struct<OutgoingLeg>({ channelId: bytes32, slot: uint32, largestFold: optional(uint128) })),
  voucher: optional(signedVoucher),
  tickSeed: optional(bytes32),
  closingSince: optional(uint64),
  closeRequested: optional(flag),
  claimed: optional(uint128),
  claimedAt: optional(uint64),
  decline: optional(struct<Decline>({ code: text, returned: uint128 })),
  declineSent: optional(flag),
  clearingSince: optional(uint64),
})

function storedOf(record: VirtualRecord | undefined): Stored | undefined {
  if (record === undefined || record.status === 'early') return undefined
  const { acknowledged: _, offered: __, ...rest } = record
  return rest
}

function same(one: Stored, other: Stored): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Stored>
  return [...names].every((name) => one[name] === other[name])
}

const entries = recordKind<Stored>('virtual/', stored, ({ virtualId }) => virtualId)

/** How virtual channels lie on disk: one entry each. */
export const virtualKind: RecordKind<VirtualRecord> = {
  ...entries,
  writes(before, after) {
    const [old, young] = [storedOf(before), storedOf(after)]
    return old !== undefined && young !== undefined && same(old, young) ? [] : entries.writes(old, young)
  },
}
