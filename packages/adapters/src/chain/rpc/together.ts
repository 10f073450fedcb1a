import { kindOf } from './failures.ts'
import type { Patience } from './patience.ts'
import { BatchRefused, type Outcome, type Question, type Wire } from './wires.ts'

/** Most questions of one request. */
const BATCH_MAX = 50
/** Most requests under way at once. */
const REQUESTS_MAX = 8

interface Asked {
  readonly question: Question
  readonly settle: (outcome: Outcome) => void
}

/**
 * Puts the questions of one moment into few requests, and sends several at once. An endpoint that takes no batches is asked one by one,
 * one that takes small ones in those.
 */
export class Together {
  readonly #wire: Wire
  readonly #patience: Patience
  #queue: Asked[] = []
  #size: number
  #running = 0
  #isPlanned = false
  /** Whether a request of several questions was answered. */
  #isProven = false

  constructor(wire: Wire, patience: Patience) {
    this.#wire = wire
    this.#patience = patience
    this.#size = wire.takesMany ? BATCH_MAX : 1
  }

  ask(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value))
      this.#queue.push({ question, settle })
      this.#plan()
    })
  }

  /** What is asked in the same moment is gathered first. */
  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      while (this.#queue.length > 0 && this.#running < REQUESTS_MAX) {
        const batch = this.#queue.splice(0, this.#size)
        this.#running += 1
        void this.#send(batch).finally(() => {
          this.#running -= 1
          if (this.#queue.length > 0) this.#plan()
        })
      }
    })
  }

  async #send(batch: readonly Asked[]): Promise<void> {
    const [first] = batch
    if (batch.length === 1 && first !== undefined) return first.settle(await this.#askOne(first.question))
    try {
      const outcomes = await this.#patience.run(() => this.#askAll(batch))
      this.#isProven = true
      for (const [i, outcome] of outcomes.entries()) this.#take(batch[i], outcome)
    } catch (error) {
      if (error instanceof BatchRefused || kindOf(error) === 'refused') this.#split(batch)
      else for (const { settle } of batch) settle({ error })
    }
  }

  /** Asks a batch. One that is refused for want of patience, in part or as a whole, fails as a whole. */
  async #askAll(batch: readonly Asked[]): Promise<readonly Outcome[]> {
    const outcomes = await this.#wire.ask(batch.map(({ question }) => question)).catch((error: unknown) => {
      // What never answered several questions at once may do so one by one.
      throw !this.#isProven && kindOf(error) === 'silent' ? new BatchRefused(String(error)) : error
    })
    const busy = outcomes.find((outcome) => 'error' in outcome && kindOf(outcome.error) === 'busy')
    if (busy !== undefined && 'error' in busy) throw busy.error
    return outcomes
  }

  async #askOne(question: Question): Promise<Outcome> {
    try {
      return await this.#patience.run(async () => {
        const [outcome] = await this.#wire.ask([question])
        if (outcome === undefined) throw new BatchRefused('no answer')
        if ('error' in outcome) throw outcome.error
        return outcome
      })
    } catch (error) {
      return { error }
    }
  }

  /** The endpoint does not take so many in one request. */
  #split(batch: readonly Asked[]): void {
    this.#size = Math.min(this.#size, Math.max(1, Math.floor(batch.length / 4)))
    this.#queue.unshift(...batch)
  }

  #take(asked: Asked | undefined, outcome: Outcome): void {
    asked?.settle(outcome)
  }
}
