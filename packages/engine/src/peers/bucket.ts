/** What may be spent: so much at once, and so much again each second. */
export class Bucket {
  readonly #burst: number
  readonly #rate: number
  #left: number
  #at: number

  /** @param now Milliseconds. */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate
    this.#burst = burst
    this.#left = burst
    this.#at = now
  }

  /** Spends, even what is not there: it has to come in again first. Returns the milliseconds until nothing is owed. */
  spend(cost: number, now: number): number {
    const elapsed = Math.max(0, now - this.#at)
    this.#left = Math.min(this.#burst, this.#left + (elapsed * this.#rate) / 1000) - cost
    this.#at = Math.max(this.#at, now)
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / this.#rate)
  }
}
