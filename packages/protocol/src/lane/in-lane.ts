import type { LaneUpdate } from './operation.ts'
import type { LaneBase } from './out-lane.ts'
import type { LaneState } from './state.ts'

export interface InUpdate {
  readonly update: LaneUpdate
  /** The lane after the update. */
  readonly state: LaneState
  /** Unix second of its acceptance. */
  readonly at: bigint
}

/** What is kept of the updates that this side refused above the base: enough to know the least that could be shown of them. */
export interface RefusedUpdates {
  /** Highest seq refused. */
  readonly seq: bigint
  /** Lowest `paid` that a refused and truly signed voucher names, base units. */
  readonly lowestPaid: bigint
}

/** Updates that wait, unanswered, for the payer's money to be seen here too. */
export interface HeldUpdates {
  /** In the order of their coming. */
  readonly updates: readonly LaneUpdate[]
  /** Unix second at which the first came. */
  readonly since: bigint
}

/** The lane that the peer pays on and this side receives. */
export interface InLane {
  /** Newest voucher that this side countersigned. */
  readonly base: LaneBase
  /** All updates accepted above the base, in ascending order of seq. */
  readonly updates: readonly InUpdate[]
  /** The newest accepted state. */
  readonly current: LaneState
  /** No update up to this seq is accepted any more. 0: none was refused. */
  readonly refusedThrough: bigint
  /** Set while a refused voucher above the base can count. */
  readonly refused?: RefusedUpdates
  readonly held?: HeldUpdates
}
