import { list, struct } from '../codec/composite-fields.ts'
import { signature, uint128 } from '../codec/value-fields.ts'
import type { CountersignedVoucher } from '../lane/out-lane.ts'
import { laneVoucher, signedVoucher } from '../messages/fields/signed-fields.ts'
import { channelTerms, virtualTerms } from '../messages/fields/terms-fields.ts'
import type { Id } from '../primitives/hex.ts'
import { decodeEntry, encodeEntry } from '../records/entry.ts'
import type { ChannelTerms, VirtualTerms } from '../terms/terms.ts'
import type { SignedVoucher } from '../terms/voucher.ts'

/** What a watchtower is handed of a channel: the newest voucher of each lane that anybody may show, as both ends signed it. */
export interface ChannelItem {
  readonly terms: ChannelTerms
  /** At most one of each lane. */
  readonly lanes: readonly CountersignedVoucher[]
}

/** What a watchtower is handed of a virtual channel, sealed under its id. */
export interface VirtualItem {
  readonly terms: VirtualTerms
  readonly signed: SignedVoucher
  /** What the chain must at least show for its owner to lose nothing, base units. */
  readonly owed: bigint
}

const countersigned = struct<CountersignedVoucher>({
  voucher: laneVoucher,
  payerSignature: signature,
  receiverSignature: signature,
})

const channelItem = struct<ChannelItem>({ terms: channelTerms, lanes: list(countersigned, 1, 2) })
const virtualItem = struct<VirtualItem>({ terms: virtualTerms, signed: signedVoucher, owed: uint128 })

/** Under what a channel's item is kept. */
export const channelItemKey = (channelId: Id): string => `channel/${channelId}`

export const encodeChannelItem = (item: ChannelItem): Uint8Array => encodeEntry(channelItem, item)
export const encodeVirtualItem = (item: VirtualItem): Uint8Array => encodeEntry(virtualItem, item)

/** @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`. */
export const decodeChannelItem = (key: string, bytes: Uint8Array): ChannelItem => decodeEntry(channelItem, key, bytes)
/** @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`. */
export const decodeVirtualItem = (key: string, bytes: Uint8Array): VirtualItem => decodeEntry(virtualItem, key, bytes)
