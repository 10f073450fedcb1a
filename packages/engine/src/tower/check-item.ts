import {
  type Address,
  type ChannelItem,
  type Crypto,
  channelItemKey,
  checkChannelTerms,
  type Digests,
  decodeChannelItem,
  type LaneIndex,
  SluiceError,
} from '@sluice/protocol'
import { TowerError } from './errors.ts'

/** Most bytes of a sealed item, and of a channel's. */
const ITEM_BYTES = 4_096

const SEALED_KEY = /^virtual\/0x[0-9a-f]{64}$/

const invalid = (key: string, reason: string) => new TowerError('TOWER_ITEM_INVALID', { key: key.slice(0, 80), reason })

/** What is checked of items before they are taken. */
export interface ItemChecks {
  readonly crypto: Crypto
  readonly digests: Digests
}

/**
 * Checks what a client hands over. Returns the channel's item, if it is one; a sealed one says nothing.
 *
 * @throws TowerError `TOWER_ITEM_INVALID`.
 */
export function checkItem(
  checks: ItemChecks,
  client: Address,
  key: string,
  value: Uint8Array,
): ChannelItem | undefined {
  if (value.length > ITEM_BYTES) throw invalid(key, `it has ${value.length} bytes, and ${ITEM_BYTES} are taken`)
  if (SEALED_KEY.test(key)) return undefined
  const item = readItem(key, value)
  if (key !== channelItemKey(checks.digests.channelId(item.terms)))
    throw invalid(key, 'its terms are of another channel')
  const self = [item.terms.a.signer, item.terms.b.signer].indexOf(client)
  if (self < 0) throw invalid(key, 'its client is no signer of the channel')
  if (new Set(item.lanes.map(({ voucher }) => voucher.lane)).size < item.lanes.length) {
    throw invalid(key, 'it has two vouchers of one lane')
  }
  for (const lane of item.lanes) checkLane(checks, key, item, lane)
  return item
}

function readItem(key: string, value: Uint8Array): ChannelItem {
  try {
    const item = decodeChannelItem(key, value)
    checkChannelTerms(item.terms)
    return item
  } catch (error) {
    if (error instanceof SluiceError) throw invalid(key, error.message)
    throw error
  }
}

function checkLane(
  { crypto, digests }: ItemChecks,
  key: string,
  { terms }: ChannelItem,
  { voucher, payerSignature, receiverSignature }: ChannelItem['lanes'][number],
): void {
  if (voucher.channelId !== digests.channelId(terms)) throw invalid(key, 'a voucher is of another channel')
  const digest = digests.laneVoucher(voucher)
  const [payer, receiver] = voucher.lane === 0 ? [terms.a, terms.b] : [terms.b, terms.a]
  const isSigned =
    crypto.recover(digest, payerSignature) === payer.signer &&
    crypto.recover(digest, receiverSignature) === receiver.signer
  if (!isSigned) throw invalid(key, 'a voucher is not signed by both ends')
}

/** The seq of a lane in an item; 0 if it is not there. */
export function seqIn(item: ChannelItem | undefined, lane: LaneIndex): bigint {
  return item?.lanes.find(({ voucher }) => voucher.lane === lane)?.voucher.seq ?? 0n
}
