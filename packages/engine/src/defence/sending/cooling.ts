interface Failure {
  /** Block from which it may be tried again. */
  readonly until: bigint
  readonly times: number
  readonly problem: string
  /** Block until which it is tried by a call of its own: it, or what it went along with, was refused. */
  readonly aloneUntil: bigint
}

/** Goals whose call failed: each failure in a row doubles the time until the next try. */
export class Cooling {
  readonly #failures = new Map<string, Failure>()
  readonly #most: bigint

  /** @param most Longest pause, blocks. */
  constructor(most: number) {
    this.#most = BigInt(most)
  }

  /**
   * @param head The newest block.
   * @param isApart Whether it is to be tried alone for a while after its pause.
   */
  failed(name: string, problem: string, head: bigint, isApart: boolean): void {
    const before = this.#failures.get(name)
    const times = (before?.times ?? 0) + 1
    const pause = 1n << BigInt(Math.min(times - 1, 16))
    const until = head + (pause < this.#most ? pause : this.#most)
    const aloneUntil = isApart ? until + this.#most : (before?.aloneUntil ?? 0n)
    this.#failures.set(name, { until, times, problem, aloneUntil })
  }

  /** Whether it is to be left alone still. */
  isCold(name: string, head: bigint): boolean {
    const { until } = this.#failures.get(name) ?? {}
    return until !== undefined && head < until
  }

  /** Whether it is to be reached by a call of its own. */
  isAlone(name: string, head: bigint): boolean {
    return head < (this.#failures.get(name)?.aloneUntil ?? 0n)
  }

  problemOf(name: string): string | undefined {
    return this.#failures.get(name)?.problem
  }

  forget(name: string): void {
    this.#failures.delete(name)
  }
}
