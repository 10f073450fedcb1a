import type { Chain } from '../../ports/chain.ts'

/** How many prices are remembered: one a minute, those of four hours. */
const REMEMBERED = 256
const APART_MS = 60_000
/** The price of bad times: below it lie so many of a hundred. */
const HIGH = 90

/** What gas costs, now and in bad times, native base units for the work of one unit by Ethereum's schedule. */
export class GasPrices {
  readonly #chain: Pick<Chain, 'gasPrice'>
  readonly #now: () => number
  readonly #seen: bigint[] = []
  #rememberedAt = Number.NEGATIVE_INFINITY
  #newest = 0n
  #high = 0n
  #askedAt = Number.NEGATIVE_INFINITY

  /** @param now Milliseconds. */
  constructor(chain: Pick<Chain, 'gasPrice'>, now: () => number) {
    this.#chain = chain
    this.#now = now
  }

  /** The newest; 0 before the first. */
  get newest(): bigint {
    return this.#newest
  }

  /** What most of those remembered lie below; 0 before the first. */
  get high(): bigint {
    return this.#high
  }

  /** Asks the chain, unless it did within so many milliseconds. Rejects with what the chain does. */
  async refresh(within = 0): Promise<void> {
    if (this.#now() - this.#askedAt < within) return
    this.#askedAt = this.#now()
    this.#newest = await this.#chain.gasPrice()
    if (this.#now() - this.#rememberedAt >= APART_MS) this.#remember(this.#newest)
  }

  /** However often blocks come, so that bad times are those of hours. */
  #remember(price: bigint): void {
    this.#rememberedAt = this.#now()
    this.#seen.push(price)
    if (this.#seen.length > REMEMBERED) this.#seen.shift()
    const sorted = this.#seen.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0))
    this.#high = sorted[Math.floor(((sorted.length - 1) * HIGH) / 100)] ?? 0n
  }
}
