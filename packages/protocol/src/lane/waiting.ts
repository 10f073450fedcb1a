import type { InLane } from './in-lane.ts'
import type { LaneUpdate } from './operation.ts'
import type { OutLane } from './out-lane.ts'
import { type LaneState, virtualLockAt } from './state.ts'

/** What of a lane waits for a countersignature. */
export interface CountersignBacklog {
  readonly operations: number
  /** Sum of the capacities that folds freed, base units. */
  readonly folded: bigint
}

interface Step {
  readonly update: LaneUpdate
  readonly state: LaneState
}

/** Capacity that an update freed: what was locked before, and what it added, less what is locked after. */
function foldedCapacity(update: LaneUpdate, before: bigint): bigint {
  const added = update.operations.reduce((sum, one) => sum + (one.type === 'add' ? one.terms.capacity : 0n), 0n)
  return before + added - update.voucher.locked
}

/** What waits for the receiver's countersignature on a lane, refused updates left out. */
export function countersignBacklog(base: LaneState, steps: readonly Step[]): CountersignBacklog {
  let operations = 0
  let folded = 0n
  let locked = base.locked
  for (const { update } of steps) {
    operations += Math.max(update.operations.length, 1)
    folded += foldedCapacity(update, locked)
    locked = update.voucher.locked
  }
  return { operations, folded }
}

/** The backlog of the lane that this side pays on. */
export function outBacklog(lane: OutLane): CountersignBacklog {
  return countersignBacklog(
    lane.base.state,
    lane.updates.filter(({ status }) => status !== 'refused'),
  )
}

/** The backlog of the lane that this side receives. */
export function inBacklog(lane: InLane): CountersignBacklog {
  return countersignBacklog(lane.base.state, lane.updates)
}

/** How many updates await the receiver's answer. */
export function unanswered(lane: OutLane): number {
  return lane.updates.reduce((sum, { status }) => sum + (status === 'sent' ? 1 : 0), 0)
}

/** The state behind any voucher of the lane that can still be shown on chain, refused ones included: for unlocking from it. */
export function stateAt(lane: OutLane | InLane, seq: bigint): LaneState | undefined {
  if (lane.base.state.seq === seq) return lane.base.state
  return lane.updates.find(({ state }) => state.seq === seq)?.state
}

/** Whether the virtual channel's lock stands in any voucher that can still be shown: the newest countersigned one and all later, refused ones included. */
export function holdsLockAnywhere(lane: OutLane, slot: number, virtualId: string): boolean {
  const states = [lane.base.state, lane.current, ...lane.updates.map(({ state }) => state)]
  if (lane.draft !== undefined) states.push(lane.draft.state)
  return states.some((state) => virtualLockAt(state, slot)?.virtualId === virtualId)
}
