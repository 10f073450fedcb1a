import { type Address, type Id, lowest, type VirtualTerms } from '@sluice/protocol'
import type { Admission } from '../../ports.ts'
import { TabError } from '../errors.ts'
import type { TabKey } from '../wire/mac.ts'

export interface TabAccountOptions {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly payer: Address
  readonly key: TabKey
  /** What may be owed at any time, base units. */
  readonly window: bigint
  /** Charged before. */
  readonly total: bigint
}

/**
 * What one tab was charged and paid. What is charged is taken before it is delivered, and only while all of it fits: so
 * `total - paid <= window` holds at any instant, whatever its requests do side by side.
 */
export class TabAccount {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly payer: Address
  readonly key: TabKey
  readonly window: bigint
  #admission: Admission | undefined
  #total: bigint
  #settled: bigint
  #paid = 0n
  #running = 0
  readonly #waiting = new Set<AbortController>()

  constructor({ virtualId, terms, payer, key, window, total }: TabAccountOptions) {
    this.virtualId = virtualId
    this.terms = terms
    this.payer = payer
    this.key = key
    this.window = window
    this.#total = total
    this.#settled = total
  }

  /** Charged, requests under way included, base units. */
  get total(): bigint {
    return this.#total
  }

  /** Charged for requests that are over, base units. */
  get settled(): bigint {
    return this.#settled
  }

  /** Highest amount accepted; it only rises, also where the payee has forgotten a V that ended. */
  get paid(): bigint {
    const accepted = this.#admission?.accepted() ?? 0n
    if (accepted > this.#paid) this.#paid = accepted
    return this.#paid
  }

  get capacity(): bigint {
    return this.terms.capacity
  }

  /** Whether requests are under way. */
  get isLive(): boolean {
    return this.#running > 0
  }

  get isAdmitted(): boolean {
    return this.#admission !== undefined
  }

  admit(admission: Admission): void {
    this.#admission ??= admission
  }

  /** All that was paid counts as charged: for a tab whose count is lost. */
  chargeAllPaid(): void {
    this.#total = this.paid
    this.#settled = this.paid
  }

  begin(): void {
    this.#running += 1
  }

  /** A request is over, and charged that much. */
  end(charged: bigint): void {
    this.#running -= 1
    this.#settled += charged
  }

  /** How much can be charged now, if `ahead` may be owed. */
  room(ahead: bigint): bigint {
    const unpaid = this.paid + ahead - this.#total
    const unspent = this.capacity - this.#total
    return lowest(unpaid, unspent)
  }

  /**
   * Charges an amount as soon as no more than `ahead` is owed with it.
   *
   * @throws TabError `TAB_SPENT`; what {@link Admission.waitFor} rejects with.
   */
  async charge(amount: bigint, ahead: bigint, signal: AbortSignal): Promise<void> {
    while (!this.tryCharge(amount, ahead)) await this.#moved(this.#total + amount - ahead, signal)
  }

  /** Charges an amount if it fits now. @throws TabError `TAB_SPENT`. */
  tryCharge(amount: bigint, ahead: bigint): boolean {
    const { capacity, total } = this
    if (total + amount > capacity) throw new TabError('TAB_SPENT', { capacity, needed: amount, total })
    if (amount > 0n && total + amount - ahead > this.paid) return false
    this.#total += amount
    return true
  }

  /** Takes back what was charged. */
  refund(amount: bigint): void {
    if (amount === 0n) return
    this.#total -= amount
    for (const waiting of this.#waiting) waiting.abort()
  }

  /** Resolves once that much is paid, or something was taken back. */
  async #moved(paid: bigint, signal: AbortSignal): Promise<void> {
    if (this.#admission === undefined) throw new RangeError('a tab is admitted before it is charged')
    const moved = new AbortController()
    this.#waiting.add(moved)
    try {
      await this.#admission.waitFor(paid, AbortSignal.any([signal, moved.signal]))
    } catch (error) {
      if (signal.aborted || !moved.signal.aborted) throw error
    } finally {
      this.#waiting.delete(moved)
    }
  }
}
