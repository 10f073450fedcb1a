import { ProtocolError } from '../errors.ts'
import type { Signer } from '../primitives/crypto.ts'
import type { Address, Hex } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { InLane } from './in-lane.ts'
import type { LaneBase, OutLane } from './out-lane.ts'

/** The receiver's signature on the voucher with this seq of a lane. */
export interface Countersignature {
  readonly seq: bigint
  readonly signature: Hex
}

/**
 * The lane that this side pays on, with the receiver's signature on one of its vouchers. That voucher kills all older ones, refused
 * ones too, so they are dropped. One that is not newer than the newest changes nothing.
 *
 * @param at Unix seconds.
 * @throws ProtocolError `COUNTERSIGN_UNKNOWN` for a seq that was never signed or was refused, `COUNTERSIGN_WRONG` for a signature
 *   that is not the receiver's.
 */
export function takeCountersignature(
  { digests, crypto }: LaneHashing,
  receiver: Address,
  lane: OutLane,
  { seq, signature }: Countersignature,
  at: bigint,
): OutLane {
  if (seq <= lane.base.state.seq) return lane
  const entry = lane.updates.find(({ state }) => state.seq === seq)
  if (entry === undefined || entry.status === 'refused') throw new ProtocolError('COUNTERSIGN_UNKNOWN', { seq })
  const { voucher, signature: payerSignature } = entry.update
  if (crypto.recover(digests.laneVoucher(voucher), signature) !== receiver) {
    throw new ProtocolError('COUNTERSIGN_WRONG', { seq, expected: receiver })
  }
  const base: LaneBase = { signed: { voucher, payerSignature, receiverSignature: signature }, state: entry.state }
  const updates = lane.updates.filter(({ state }) => state.seq > seq)
  const { waitingSince: _, ...rest } = lane
  return { ...rest, base, updates, ...(updates.length > 0 && { waitingSince: at }) }
}

/** The lane that this side receives with its newest accepted voucher countersigned; undefined if that was done before. */
export function countersignNewest(
  { digests }: LaneHashing,
  signer: Signer,
  lane: InLane,
): { readonly lane: InLane; readonly seq: bigint; readonly signature: Hex } | undefined {
  const newest = lane.updates.at(-1)
  if (newest === undefined) return undefined
  const { voucher, signature: payerSignature } = newest.update
  const signature = signer.sign(digests.laneVoucher(voucher))
  const base: LaneBase = { signed: { voucher, payerSignature, receiverSignature: signature }, state: newest.state }
  const { refused, ...rest } = lane
  const kept = refused !== undefined && refused.seq > voucher.seq ? { refused } : {}
  return { lane: { ...rest, ...kept, base, updates: [] }, seq: voucher.seq, signature }
}
