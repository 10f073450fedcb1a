import { ProtocolError } from '../errors.ts'
import type { OutLane } from '../lane/out-lane.ts'
import { PIPELINE_LIMIT } from '../lane/replay.ts'
import { type CountersignBacklog, outBacklog, unanswered } from '../lane/waiting.ts'

/** How much of a lane may wait for its receiver's countersignature. */
export interface CountersignLimits {
  readonly countersignOperationsMax: number
  /** Base units. */
  readonly countersignFoldedMax: bigint
}

/** Whether a backlog is at its limit, or at a part of it: `share` 2 stands for half. */
export function backlogReached(backlog: CountersignBacklog, limits: CountersignLimits, share = 1): boolean {
  return (
    backlog.operations * share >= limits.countersignOperationsMax ||
    backlog.folded * BigInt(share) >= limits.countersignFoldedMax
  )
}

/** How many refused updates are kept because no newer voucher is countersigned. */
export function refusedKept(lane: OutLane): number {
  return lane.updates.reduce((sum, { status }) => sum + (status === 'refused' ? 1 : 0), 0)
}

/**
 * Whether a payer may sign another update: not while its newest 64 are unanswered, too much waits for a countersignature, or too many
 * refused vouchers could still be shown.
 */
export function maySign(lane: OutLane, limits: CountersignLimits): boolean {
  return hasRoom(lane, outBacklog(lane), unanswered(lane), limits)
}

function hasRoom(lane: OutLane, backlog: CountersignBacklog, awaited: number, limits: CountersignLimits): boolean {
  return awaited < PIPELINE_LIMIT && refusedKept(lane) < PIPELINE_LIMIT && !backlogReached(backlog, limits)
}

/** How many operations an update may hold, beside what may wait. */
export interface DraftLimits extends CountersignLimits {
  readonly operationsPerUpdateMax: number
}

/** Whether a payer may draft so many operations more: into the draft that it has, or into a new one once that is signed. */
export function mayDraft(lane: OutLane, count: number, limits: DraftLimits): boolean {
  const { draft } = lane
  if (draft === undefined) return maySign(lane, limits)
  if (draft.operations.length + count <= limits.operationsPerUpdateMax) return true
  return hasRoom(lane, outBacklog(lane, draft), unanswered(lane) + 1, limits)
}

/** Refuses to draft where {@link mayDraft} says no. @throws ProtocolError `LANE_FULL`. */
export function checkMayDraft(lane: OutLane, count: number, limits: DraftLimits): void {
  if (!mayDraft(lane, count, limits)) throw new ProtocolError('LANE_FULL', { waiting: lane.updates.length })
}

/** Whether a restatement may be signed, which is what gets refused vouchers out of the way; bounded, as it can be refused too. */
export function mayRestate(lane: OutLane): boolean {
  return unanswered(lane) < PIPELINE_LIMIT && refusedKept(lane) < 2 * PIPELINE_LIMIT
}
