import { ProtocolError } from '../errors.ts'
import { locksRoot } from '../locks/tree.ts'
import { highest } from '../primitives/extremes.ts'
import type { Address } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { LaneVoucher } from '../terms/voucher.ts'
import { applyOperations, type SlotHint } from './apply.ts'
import type { InLane } from './in-lane.ts'
import type { LaneUpdate } from './operation.ts'
import type { LaneName } from './sign.ts'
import type { LaneState } from './state.ts'

/** Most updates of a lane that await an answer, and most by which a seq may be above the newest answered one. */
export const PIPELINE_LIMIT = 64

/** The newest seq that this side has answered, by accepting or by refusing. */
export function answeredSeq(lane: InLane): bigint {
  return highest(lane.refusedThrough, lane.current.seq)
}

/**
 * Refuses an update that is of another lane, or that the lane's payer did not sign.
 *
 * @throws ProtocolError `LANE_CHANNEL_WRONG`, `LANE_INDEX_WRONG`, `LANE_SIGNATURE_WRONG`, `NUMBER_OUT_OF_RANGE`.
 */
export function checkAuthor(
  { digests, crypto }: LaneHashing,
  name: LaneName,
  payer: Address,
  update: LaneUpdate,
): void {
  const { voucher, signature } = update
  if (voucher.channelId !== name.channelId) {
    throw new ProtocolError('LANE_CHANNEL_WRONG', { expected: name.channelId, got: voucher.channelId })
  }
  if (voucher.lane !== name.lane) {
    throw new ProtocolError('LANE_INDEX_WRONG', { expected: name.lane, got: voucher.lane })
  }
  if (crypto.recover(digests.laneVoucher(voucher), signature) !== payer) {
    throw new ProtocolError('LANE_SIGNATURE_WRONG', { seq: voucher.seq, expected: payer })
  }
}

/**
 * Refuses an update that does not build on the newest accepted voucher, or whose seq was answered before or leaps. The leap is
 * counted from the newest answered seq: counted from the newest accepted one, 64 refusals in a row would end the lane for good.
 *
 * @throws ProtocolError `LANE_SEQ_NOT_ABOVE`, `LANE_SEQ_GAP`, `LANE_BASE_UNKNOWN`.
 */
export function checkOrder(lane: InLane, update: LaneUpdate): void {
  const { seq } = update.voucher
  const newest = answeredSeq(lane)
  if (seq <= newest) throw new ProtocolError('LANE_SEQ_NOT_ABOVE', { got: seq, newest })
  if (seq - newest > BigInt(PIPELINE_LIMIT)) {
    throw new ProtocolError('LANE_SEQ_GAP', { got: seq, newest, max: PIPELINE_LIMIT })
  }
  if (update.base !== lane.current.seq) {
    throw new ProtocolError('LANE_BASE_UNKNOWN', { got: update.base, expected: lane.current.seq })
  }
}

/**
 * The state that an update leads to, if what its operations reached is exactly what is signed.
 *
 * @throws ProtocolError `LANE_PAID_MISMATCH`, `LANE_LOCKED_MISMATCH`, `LANE_ROOT_MISMATCH`.
 */
export function checkReached(reached: LaneState, voucher: LaneVoucher): LaneState {
  const { seq, paid, locked, locksRoot: root } = voucher
  if (paid !== reached.paid) throw new ProtocolError('LANE_PAID_MISMATCH', { expected: reached.paid, got: paid })
  if (locked !== reached.locked) {
    throw new ProtocolError('LANE_LOCKED_MISMATCH', { expected: reached.locked, got: locked })
  }
  const expected = locksRoot(reached.locks)
  if (root !== expected) throw new ProtocolError('LANE_ROOT_MISMATCH', { expected, got: root })
  return { ...reached, seq }
}

/**
 * The state that an update's operations lead to, if it is exactly what is signed.
 *
 * @throws ProtocolError as {@link checkReached} and `applyOperation`.
 */
export function replay(hashing: LaneHashing, from: LaneState, update: LaneUpdate, hint?: SlotHint): LaneState {
  return checkReached(applyOperations(hashing, from, update.operations, hint), update.voucher)
}
