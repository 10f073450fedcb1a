import type { InLane } from './in-lane.ts'
import type { Operation } from './operation.ts'
import type { LaneDraft, OutLane } from './out-lane.ts'
import { type LaneState, laneLockAt } from './state.ts'

/** What of a lane waits for a countersignature. */
export interface CountersignBacklog {
  readonly operations: number
  /** Sum of the capacities that folds freed, base units. */
  readonly folded: bigint
}

interface Step {
  readonly operations: readonly Operation[]
  readonly state: LaneState
}

/** What an operation locks, base units. */
function lockedBy(operation: Operation): bigint {
  if (operation.type === 'add') return operation.terms.capacity
  return operation.type === 'lock' ? operation.amount : 0n
}

/** Capacity that an update freed: what was locked before, and what it added, less what is locked after. */
function foldedCapacity({ operations, state }: Step, before: bigint): bigint {
  const added = operations.reduce((sum, one) => sum + lockedBy(one), 0n)
  return before + added - state.locked
}

/** What waits for the receiver's countersignature on a lane, refused updates left out. */
export function countersignBacklog(base: LaneState, steps: Iterable<Step>): CountersignBacklog {
  let operations = 0
  let folded = 0n
  let locked = base.locked
  for (const step of steps) {
    operations += Math.max(step.operations.length, 1)
    folded += foldedCapacity(step, locked)
    locked = step.state.locked
  }
  return { operations, folded }
}

function* stepsOf(updates: OutLane['updates'] | InLane['updates']): Generator<Step> {
  for (const one of updates) {
    if ('status' in one && one.status === 'refused') continue
    yield { operations: one.update.operations, state: one.state }
  }
}

/**
 * The backlog of the lane that this side pays on.
 *
 * @param draft Counted as if it were signed.
 */
export function outBacklog(lane: OutLane, draft?: LaneDraft): CountersignBacklog {
  return countersignBacklog(lane.base.state, [...stepsOf(lane.updates), ...(draft ? [draft] : [])])
}

/** The backlog of the lane that this side receives. */
export function inBacklog(lane: InLane): CountersignBacklog {
  return countersignBacklog(lane.base.state, stepsOf(lane.updates))
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

/** Whether the lock stands in any voucher that can still be shown: the newest countersigned one and all later, refused ones included. */
export function holdsLockAnywhere(lane: OutLane, slot: number, lockId: string): boolean {
  const holds = (state: LaneState | undefined) => state !== undefined && laneLockAt(state, slot)?.lockId === lockId
  const { base, current, updates, draft } = lane
  return holds(current) || holds(base.state) || holds(draft?.state) || updates.some(({ state }) => holds(state))
}
