import type { Id } from '@sluice/protocol'
import { nameOf } from '../batches/batch.ts'
import type { Goal } from '../goals/goal.ts'

/** What was lost since the engine started. */
export interface LossTotals {
  readonly count: number
  /** Native base units; what has no known price is counted and not summed. */
  readonly value: bigint
}

/** Something that was not reached on chain in time. */
export interface Loss {
  readonly id: Id
  readonly call: string
  /** Native base units. */
  readonly value?: bigint
}

/** Most losses that are remembered one by one. */
const REMEMBERED = 10_000

/** Books what was not reached in time. */
export class Losses {
  /** Names of what is booked, the newest at the end: a reorganisation may bring one back. */
  readonly #seen = new Set<string>()
  #count = 0
  #value = 0n

  get totals(): LossTotals {
    return { count: this.#count, value: this.#value }
  }

  /**
   * Books a goal that can be reached no more. Undefined if that was known, or if nothing was lost.
   *
   * @param value What was lost by it, native base units; undefined where no price is known.
   */
  book(goal: Goal, value: bigint | undefined): Loss | undefined {
    const name = nameOf(goal)
    if (this.#seen.has(name) || value === 0n) return undefined
    this.#seen.add(name)
    const oldest = this.#seen.values().next()
    if (this.#seen.size > REMEMBERED && !oldest.done) this.#seen.delete(oldest.value)
    this.#count += 1
    this.#value += value ?? 0n
    return { id: goal.id, call: goal.call.type, ...(value !== undefined && { value }) }
  }
}
