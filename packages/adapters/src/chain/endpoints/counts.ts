/** How far beyond what is known a count may lie and still be believed: others may use the key, and blocks may be undone. */
const APART = 64n

/** What all endpoints said of one account. */
interface Agreed {
  readonly count: bigint
  /** How many transactions had been sent by then, or which block was asked for. */
  readonly at: bigint
}

/**
 * Which of several endpoints' counts of an account's transactions to believe: those near to what all last agreed on and was sent since. So
 * one that lags, or says anything at all, neither holds the account's nonces back nor leads them astray.
 */
export class Counts {
  readonly #agreed = new Map<string, Agreed>()
  #sent = 0n

  /** A transaction was sent. */
  sent(): void {
    this.#sent += 1n
  }

  /**
   * @param of The account and the block, as JSON-RPC has them.
   * @param counts What the endpoints say, the best first; one at least.
   */
  choose([account, block]: readonly [string, string], counts: readonly bigint[]): bigint {
    return block.startsWith('0x')
      ? this.#past(account, BigInt(block), counts)
      : this.#newest(`${account} ${block}`, counts)
  }

  /** Of those that can be, the one in the middle; of two the larger. */
  #newest(key: string, counts: readonly bigint[]): bigint {
    const sorted = counts.toSorted(ascending)
    const known = this.#agreed.get(key)
    const agreed = known === undefined || isAgreed(sorted) ? { count: counts[0] ?? 0n, at: this.#sent } : known
    this.#agreed.set(key, agreed)
    const [low, high] = [agreed.count - APART, agreed.count + APART + this.#sent - agreed.at]
    const near = sorted.filter((count) => count >= low && count <= high)
    const believed = near.length > 0 ? near : counts.slice(0, 1)
    return believed[Math.floor(believed.length / 2)] ?? 0n
  }

  /** Of a block that stays the least that can be: whoever takes a deposit for dropped makes another. */
  #past(account: string, number: bigint, counts: readonly bigint[]): bigint {
    const sorted = counts.toSorted(ascending)
    const known = this.#agreed.get(account)
    const isLater = known === undefined || number >= known.at
    const possible = isLater ? sorted.filter((count) => count >= (known?.count ?? 0n)) : []
    const chosen = possible[0] ?? sorted[0] ?? 0n
    if (isLater && isAgreed(sorted)) this.#agreed.set(account, { count: chosen, at: number })
    return chosen
  }
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Whether several say the same. */
const isAgreed = (sorted: readonly bigint[]): boolean => sorted.length > 1 && sorted[0] === sorted.at(-1)
