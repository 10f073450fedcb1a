/** An answer that can be given again. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: readonly Uint8Array[]
}

export interface KeptLimits {
  /** Most bytes of one answer. */
  readonly each: number
  /** Most bytes of all. */
  readonly all: number
  /** Milliseconds. */
  readonly time: number
}

/** What an answer takes beside its body, about. */
const OVERHEAD = 1024

interface Entry {
  readonly answer: KeptAnswer
  readonly bytes: number
  readonly until: number
}

/** Answers of requests that were run, for those who ask again: bounded in bytes and in time, the oldest go first. */
export class KeptAnswers {
  readonly limits: KeptLimits
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  /** @param now Milliseconds. */
  constructor(limits: KeptLimits, now: () => number) {
    this.limits = limits
    this.#now = now
  }

  put(key: string, answer: KeptAnswer): void {
    this.drop(key)
    const bytes = answer.body.reduce((sum, piece) => sum + piece.length, OVERHEAD)
    this.#entries.set(key, { answer, bytes, until: this.#now() + this.limits.time })
    this.#bytes += bytes
    for (const [oldest, { until }] of this.#entries) {
      if (this.#bytes <= this.limits.all && until > this.#now()) return
      this.drop(oldest)
    }
  }

  get(key: string): KeptAnswer | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined || entry.until <= this.#now() ? undefined : entry.answer
  }

  drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }
}
