interface Failure {
  /** Block from which it may be tried again. */
  readonly until: bigint
  readonly times: number
  readonly problem: string
  /** It is to be tried by a call of its own: what it went along with may have been at fault. */
  readonly isAlone: boolean
}

/** Goals whose call failed: each failure in a row doubles the time until the next try. */
export class Cooling {
  readonly #failures = new Map<string, Failure>()
  readonly #most: bigint

  /** @param most Longest pause, blocks. */
  constructor(most: number) {
    this.#most = BigInt(most)
  }

  /** @param head The newest block. */
  failed(name: string, problem: string, head: bigint, isAlone: boolean): void {
    const before = this.#failures.get(name)
    const times = (before?.times ?? 0) + 1
    const pause = 1n << BigInt(Math.min(times - 1, 16))
    this.#failures.set(name, {
      until: head + (pause < this.#most ? pause : this.#most),
      times,
      problem,
      isAlone: isAlone || before?.isAlone === true,
    })
  }

  /** Whether it is to be left alone still. */
  isCold(name: string, head: bigint): boolean {
    const { until } = this.#failures.get(name) ?? {}
    return until !== undefined && head < until
  }

  isAlone(name: string): boolean {
    return this.#failures.get(name)?.isAlone === true
  }

  problemOf(name: string): string | undefined {
    return this.#failures.get(name)?.problem
  }

  forget(name: string): void {
    this.#failures.delete(name)
  }
}
