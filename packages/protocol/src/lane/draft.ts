import type { LaneHashing } from '../signing/hashing.ts'
import { applyOperation, type SlotHint } from './apply.ts'
import type { Operation } from './operation.ts'
import type { OutLane } from './out-lane.ts'
import { emptyLane, type LaneState } from './state.ts'

/** A lane on which nothing was ever signed. */
export const emptyOutLane: OutLane = {
  base: { signed: undefined, state: emptyLane },
  updates: [],
  current: emptyLane,
  nextSeq: 1n,
  askedSeq: 0n,
}

/** The lane as it will be once its draft is signed. */
export function draftState(lane: OutLane): LaneState {
  return lane.draft?.state ?? lane.current
}

/**
 * The lane with one more operation that waits for the next signature. Whether the operation is allowed is asked before.
 *
 * @throws ProtocolError as `applyOperation`.
 */
export function draftOperation(hashing: LaneHashing, lane: OutLane, operation: Operation, hint?: SlotHint): OutLane {
  const state = applyOperation(hashing, draftState(lane), operation, hint)
  return { ...lane, draft: { operations: [...(lane.draft?.operations ?? []), operation], state } }
}

/**
 * The lane with a payment that waits for the next signature. One right after another is one operation.
 *
 * @param amount Base units.
 * @throws ProtocolError as `applyOperation`.
 */
export function draftPayment(hashing: LaneHashing, lane: OutLane, amount: bigint): OutLane {
  const state = applyOperation(hashing, draftState(lane), { type: 'pay', amount })
  const drafted = lane.draft?.operations ?? []
  const last = drafted.at(-1)
  const isJoined = last?.type === 'pay'
  const payment: Operation = { type: 'pay', amount: amount + (isJoined ? last.amount : 0n) }
  return { ...lane, draft: { operations: [...(isJoined ? drafted.slice(0, -1) : drafted), payment], state } }
}

/**
 * The lane with a draft that changes nothing, unless it has one: its voucher restates the lane under the next seq, so that
 * once countersigned it kills the refused ones.
 */
export function draftRestatement(lane: OutLane): OutLane {
  return lane.draft === undefined ? { ...lane, draft: { operations: [], state: lane.current } } : lane
}
