import type { Id } from '@sluice/protocol'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Batch } from './batches/batch.ts'
import type { Goal } from './goals/goal.ts'

/** Under what a guard's goals are kept, as those of a channel are under its id. */
export const GUARDED: Id = '0x'

/** A part of what a transaction costs, for one goal, a guard's or one of the engine's own. */
export interface GuardedCost {
  readonly goal: Goal
  /** As it was quoted, native base units. Negative where another transaction took the place of one that was counted. */
  readonly cost: bigint
}

/**
 * Who wants calls made on chain beside the engine's own: for others, without their keys. They are gathered, ordered, paid for and followed as the
 * engine's own are.
 */
export interface Guard {
  /** What should be called now, by the chain as it stands; asked at each block. Ids and keys are the guard's own to choose. */
  goals(chain: ChainReader): readonly Goal[]
  /** The chain named these channels and virtual channels; all that are known, at the start. */
  named?(ids: Iterable<Id>): void
  /** Whether what the chain says of a channel or virtual channel is still of use, however old it is. */
  needs(id: Id): boolean
  /** A transaction went out, for goals of which some may be its own. */
  sent?(costs: readonly GuardedCost[]): void
}

/** Who bears what of a transaction: each of its goals the same part, rounded up. */
export function batchCosts({ goals }: Batch, cost: bigint): readonly GuardedCost[] {
  const count = BigInt(goals.length)
  const part = cost < 0n ? -((-cost + count - 1n) / count) : (cost + count - 1n) / count
  return goals.map((goal) => ({ goal, cost: part }))
}
