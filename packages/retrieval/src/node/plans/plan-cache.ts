import { RetrievalError } from '../../errors.ts'
import type { CarPlan } from './car-plan.ts'

/** A plan, or why there is none: finding that out may have taken as long. */
type Outcome = CarPlan | RetrievalError

/** Plans by what was asked for, those used last, as long as their runs are fewer than `max` in all. A plan in the making is made once, and few are at a time. */
export class PlanCache {
  readonly #outcomes = new Map<string, Outcome>()
  readonly #making = new Map<string, Promise<Outcome>>()
  readonly #max: number
  readonly #slots: Slots
  #weight = 0
  /** Grows whenever what was planned no longer holds. */
  #generation = 0

  constructor(max: number, atOnce: number) {
    this.#max = max
    this.#slots = new Slots(atOnce)
  }

  async get(key: string, make: () => Promise<CarPlan>): Promise<CarPlan> {
    const kept = this.#outcomes.get(key)
    if (kept !== undefined) {
      this.#outcomes.delete(key)
      this.#outcomes.set(key, kept)
    }
    const outcome = kept ?? (await (this.#making.get(key) ?? this.#make(key, make)))
    if (outcome instanceof RetrievalError) throw outcome
    return outcome
  }

  #make(key: string, make: () => Promise<CarPlan>): Promise<Outcome> {
    const generation = this.#generation
    const making = this.#slots
      .run(make)
      .catch((error: unknown) => {
        if (error instanceof RetrievalError) return error
        throw error
      })
      .then((outcome) => {
        if (generation === this.#generation) this.#keep(key, outcome)
        return outcome
      })
      .finally(() => {
        if (this.#making.get(key) === making) this.#making.delete(key)
      })
    this.#making.set(key, making)
    return making
  }

  #keep(key: string, outcome: Outcome): void {
    this.#outcomes.set(key, outcome)
    this.#weight += weigh(outcome)
    for (const [oldest, old] of this.#outcomes) {
      if (this.#weight <= this.#max || oldest === key) return
      this.#outcomes.delete(oldest)
      this.#weight -= weigh(old)
    }
  }

  /** Forgets all: the files have changed. */
  clear(): void {
    this.#generation += 1
    this.#outcomes.clear()
    this.#making.clear()
    this.#weight = 0
  }
}

const weigh = (outcome: Outcome): number => (outcome instanceof RetrievalError ? 1 : outcome.segments.length + 1)

/** Lets a number of tasks run at a time; the others wait in their order. */
class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
