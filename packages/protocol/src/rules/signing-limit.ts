import { ProtocolError } from '../errors.ts'
import type { OutLane } from '../lane/out-lane.ts'
import { PIPELINE_LIMIT } from '../lane/pipelining.ts'
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

/**
 * A payer signs nothing more while its newest 64 updates are unanswered or too much waits for a countersignature.
 *
 * @throws ProtocolError `LANE_FULL`.
 */
export function checkMaySign(lane: OutLane, limits: CountersignLimits): void {
  const waiting = unanswered(lane)
  if (waiting >= PIPELINE_LIMIT) throw new ProtocolError('LANE_FULL', { waiting })
  const backlog = outBacklog(lane)
  if (backlogReached(backlog, limits)) throw new ProtocolError('LANE_FULL', { waiting: backlog.operations })
}
