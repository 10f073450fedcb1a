import type { Hex } from '@sluice/protocol'
import type { TransactionReceipt } from 'viem'

/** How many times what is estimated is offered at most. */
const TIMES_MAX = 32n
/** Transactions of which it is remembered that something was learnt. */
const REMEMBERED = 1_000

type Outcome = Pick<TransactionReceipt, 'status' | 'gasUsed'>

/** What calls turn out to need, of endpoints that estimate too little: twice as much after each that ran out of gas. */
export class GasNeeds {
  /** How many times the estimate, by the call's name. */
  readonly #times = new Map<string, bigint>()
  readonly #learnt = new Set<Hex>()

  /** An estimate, as far as it is to be believed. */
  over(call: string, estimate: bigint): bigint {
    return estimate * this.#timesOf(call)
  }

  /**
   * Learns from a transaction that is in a block, once.
   *
   * @param gas The most that it could use.
   */
  learn(hash: Hex, call: string, gas: bigint, { status, gasUsed }: Outcome): void {
    if (this.#learnt.has(hash)) return
    this.#learnt.add(hash)
    for (const oldest of this.#learnt) {
      if (this.#learnt.size <= REMEMBERED) break
      this.#learnt.delete(oldest)
    }
    const times = this.#timesOf(call)
    // A call within a call leaves one part in 64.
    const ranOut = status === 'reverted' && gasUsed * 64n >= gas * 63n
    if (ranOut && times < TIMES_MAX) this.#times.set(call, times * 2n)
    else if (status === 'success' && gasUsed * 3n < gas) this.#times.set(call, times > 1n ? times / 2n : 1n)
  }

  #timesOf(call: string): bigint {
    return this.#times.get(call) ?? 1n
  }
}
