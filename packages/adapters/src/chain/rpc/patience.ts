import { kindOf, retryAfterOf } from './failures.ts'

/** A question that went unanswered is asked again at once, so often; a chain that is gone is another matter, for whoever asks. */
const SILENT_TRIES = 3
const SILENT_WAIT_MS = 50
/** How often an endpoint that asks for patience is asked again, and how long it is left alone if it does not say. */
const BUSY_TRIES = 4
const BUSY_WAIT_MS = 250
const BUSY_WAIT_MAX_MS = 8_000
/** The longest that is waited because an endpoint says so. It may say a day, and be well again in a minute. */
const ASKED_WAIT_MAX_MS = 30_000

export interface PatienceOptions {
  /** Milliseconds. */
  readonly now: () => number
  readonly wait: (milliseconds: number) => Promise<void>
}

/** Asks an endpoint again where that may help. While it asks for patience, no other question goes to it either. */
export class Patience {
  readonly #options: PatienceOptions
  /** Millisecond before which nothing is asked. */
  #from = 0
  /** How often in a row it was too busy. */
  #busy = 0

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  async run<T>(ask: () => Promise<T>): Promise<T> {
    for (let [silent, busy] = [0, 0]; ; ) {
      await this.#turn()
      try {
        const answer = await ask()
        this.#busy = 0
        return answer
      } catch (cause) {
        const kind = kindOf(cause)
        if (kind === 'silent' && silent < SILENT_TRIES) {
          await this.#options.wait(SILENT_WAIT_MS << silent)
          silent += 1
        } else if (kind === 'busy') {
          this.#leaveAlone(cause)
          if (busy >= BUSY_TRIES) throw cause
          busy += 1
        } else throw cause
      }
    }
  }

  async #turn(): Promise<void> {
    const { now, wait } = this.#options
    for (let rest = this.#from - now(); rest > 0; rest = this.#from - now()) await wait(rest)
  }

  #leaveAlone(cause: unknown): void {
    const now = this.#options.now()
    // Questions that were under way together count once.
    if (now < this.#from) return
    const asked = retryAfterOf(cause, now)
    const own = Math.min(BUSY_WAIT_MS << this.#busy, BUSY_WAIT_MAX_MS)
    this.#busy = Math.min(this.#busy + 1, 10)
    this.#from = now + (asked === undefined ? own : Math.min(asked, ASKED_WAIT_MAX_MS))
  }
}
