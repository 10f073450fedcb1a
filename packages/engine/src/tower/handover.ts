import {
  type ChannelRecord,
  type Cipher,
  type CountersignedVoucher,
  channelItemKey,
  encodeChannelItem,
  encodeVirtualItem,
  type Id,
  isStanding,
  sealItem,
  type VirtualRecord,
  virtualHint,
  virtualItemKey,
} from '@sluice/protocol'
import { incomingLeg, voucherOf } from '../locks/record.ts'
import type { Environment } from '../ports/environment.ts'
import type { StateView } from '../ports/tx.ts'

/** What of an engine's records a handover is made of; as `Engine.read` gives it. */
export interface HandedRecords {
  readonly view: StateView
  readonly channels: Iterable<readonly [Id, ChannelRecord]>
  readonly virtuals: Iterable<readonly [Id, VirtualRecord]>
}

/** What is to be handed to a tower, by keys. */
export type Handover = ReadonlyMap<string, Uint8Array>

/** What of a channel a tower can defend: the newest voucher received, and the newest countersigned one signed. */
function lanesOf(record: ChannelRecord, { signer, digests }: Environment): CountersignedVoucher[] {
  const newest = record.in.updates.at(-1)?.update
  const received =
    newest === undefined
      ? record.in.base.signed
      : {
          voucher: newest.voucher,
          payerSignature: newest.signature,
          receiverSignature: signer.sign(digests.laneVoucher(newest.voucher)),
        }
  return [received, record.out.base.signed].flatMap((lane) => (lane === undefined ? [] : [lane]))
}

/**
 * All that a tower needs to answer for this side: of each channel what was signed by both ends, of each virtual channel whose value can be lost its
 * highest voucher, sealed. What has nothing to answer with is left out.
 */
export function handover({ view, channels, virtuals }: HandedRecords, cipher: Cipher): Handover {
  const { env } = view
  const items = new Map<string, Uint8Array>()
  for (const [channelId, record] of channels) {
    const lanes = isStanding(record.phase) ? lanesOf(record, env) : []
    if (lanes.length > 0) items.set(channelItemKey(channelId), encodeChannelItem({ terms: record.terms, lanes }))
  }
  const { keccak256 } = env.crypto
  for (const [virtualId, record] of virtuals) {
    const signed = voucherOf(record)
    const { owed } = env.roles.of(record.role).stakes(view, record)
    // What was folded is in the lane's voucher.
    if (signed === undefined || owed === 0n || incomingLeg(record) === undefined) continue
    const plain = encodeVirtualItem({ terms: record.terms, signed, owed })
    items.set(virtualItemKey(virtualHint(keccak256, virtualId)), sealItem(keccak256, cipher, virtualId, plain))
  }
  return items
}
