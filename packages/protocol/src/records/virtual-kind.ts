import type { Id } from '../hex.ts'
import { optional, struct } from '../messages/composite-fields.ts'
import { memo } from '../messages/lane-messages.ts'
import { signedVoucher } from '../messages/signed-fields.ts'
import { virtualTerms } from '../messages/terms-fields.ts'
import { bytes32, uint32, uint64, uint128 } from '../messages/value-fields.ts'
import { decodeEntry, encodeEntry } from './entry.ts'
import { anyText, flag, word } from './fields.ts'
import type { RecordKind } from './kind.ts'
import type { Decline, IncomingLeg, OutgoingLeg, VirtualRecord } from './virtual.ts'

const PREFIX = 'virtual/'

type Stored = Omit<VirtualRecord, 'acknowledged' | 'offered'>

const stored = struct<Stored>({
  virtualId: bytes32,
  terms: virtualTerms,
  memo,
  position: uint32,
  status: word('early', 'opening', 'open', 'closing', 'closed', 'spent'),
  since: uint64,
  incoming: optional(struct<IncomingLeg>({ channelId: bytes32, slot: uint32, foldedAt: optional(uint128) })),
  outgoing: optional(struct<OutgoingLeg>({ channelId: bytes32, slot: uint32, largestFold: optional(uint128) })),
  voucher: optional(signedVoucher),
  tickSeed: optional(bytes32),
  closingSince: optional(uint64),
  closeRequested: optional(flag),
  claimed: optional(uint128),
  claimedAt: optional(uint64),
  decline: optional(struct<Decline>({ code: anyText, returned: uint128 })),
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

/** How virtual channels lie on disk: one entry each. */
export const virtualKind: RecordKind<VirtualRecord> = {
  prefix: PREFIX,
  writes(before, after) {
    const [old, young] = [storedOf(before), storedOf(after)]
    const virtualId = (young ?? old)?.virtualId
    if (virtualId === undefined || (old !== undefined && young !== undefined && same(old, young))) return []
    return [{ key: PREFIX + virtualId, value: young && encodeEntry(stored, young) }]
  },
  load(entries) {
    const records = new Map<Id, VirtualRecord>()
    for (const [key, value] of entries) records.set(key.slice(PREFIX.length) as Id, decodeEntry(stored, key, value))
    return records
  },
}
