import type { Batch } from './batch.ts'

/** How many transactions the chain takes of this side. */
export interface Space {
  /** Unix seconds of the newest block. */
  readonly time: bigint
  /** Seconds in which a transaction is included. */
  readonly inclusionTime: number
  /** How many may wait for it at once. */
  readonly pendingMax: number
}

/**
 * What a call brings for the room that it takes in blocks, to compare with others: of the first, minus that of the second. An answer to a
 * close stands above all else.
 */
export function compareWorth(one: Batch, other: Batch): number {
  if (one.isAnswer !== other.isAnswer) return one.isAnswer ? 1 : -1
  if (one.value === undefined || other.value === undefined) {
    return Number(one.value === undefined) - Number(other.value === undefined)
  }
  const gained = (one.value - one.cost) * BigInt(other.gas)
  const others = (other.value - other.cost) * BigInt(one.gas)
  return gained === others ? 0 : gained > others ? 1 : -1
}

/**
 * The order in which calls go out. Those that bring most are kept first, as long as each still fits before its deadline beside those kept
 * already, and answers to closes before all else; the kept ones go by deadline. What does not fit is left for a later block. By deadline alone, a
 * thousand small ones would starve the large one behind them.
 */
export function order(batches: readonly Batch[], space: Space): readonly Batch[] {
  const kept: Batch[] = []
  for (const batch of batches.toSorted((one, other) => compareWorth(other, one))) {
    const at = placeOf(kept, batch)
    if (isInTime([...kept.slice(0, at), batch, ...kept.slice(at)], at, space)) kept.splice(at, 0, batch)
  }
  return kept
}

/** Where a batch stands among those that are kept: behind all that go before it. */
function placeOf(kept: readonly Batch[], batch: Batch): number {
  const at = kept.findIndex((other) => isBefore(batch, other))
  return at === -1 ? kept.length : at
}

function isBefore(one: Batch, other: Batch): boolean {
  if (one.deadline === other.deadline) return one.isAnswer && !other.isAnswer
  if (one.deadline === undefined) return false
  return other.deadline === undefined || one.deadline < other.deadline
}

/** Whether all from a place on are included before their deadlines. */
function isInTime(queue: readonly Batch[], from: number, { time, inclusionTime, pendingMax }: Space): boolean {
  for (let at = from; at < queue.length; at++) {
    const { deadline } = queue[at] ?? {}
    if (deadline === undefined) continue
    const rounds = (deadline - time) / BigInt(Math.max(inclusionTime, 1))
    // Even where less than one inclusion is left, the first ones may make it.
    if (BigInt(at) >= BigInt(pendingMax) * (rounds > 1n ? rounds : 1n)) return false
  }
  return true
}
