import type { SpendingRules, TabFetchInit } from '@sluice/http'
import type { Address } from '@sluice/protocol'

/** What can be spent over one channel. */
export interface Balance {
  /** Signer of the hub or payee at its other end. */
  readonly peer: Address
  readonly token: Address
  /** Base units. */
  readonly spendable: bigint
}

/** What an agent's wallet is made of: a client of `@sluice/client`, or a node. */
export interface Wallet {
  /** Fetches, and pays within its rules. */
  fetch(url: string, init: TabFetchInit): Promise<Response>
  balances(): Promise<readonly Balance[]>
  /** What may be spent, as it is enforced by {@link Wallet.fetch}. */
  readonly rules: SpendingRules
}

/** One attempt to buy. */
export interface Purchase {
  /** ISO 8601. */
  readonly time: string
  readonly url: string
  readonly payee?: Address
  /** Base units, a decimal string; absent as long as it is not settled. */
  readonly charged?: string
  readonly status?: number
  /** Why it was not bought: the code of an error. */
  readonly refused?: string
}

/** Most purchases that are remembered. */
const MAX_PURCHASES = 256

/** What was bought and refused, the newest last. */
export class History {
  readonly #purchases: Purchase[] = []

  /** Begins an entry. What becomes known of it later is put in by the function returned. */
  add(purchase: Purchase): (more: Partial<Purchase>) => void {
    const entry = { ...purchase }
    this.#purchases.push(entry)
    if (this.#purchases.length > MAX_PURCHASES) this.#purchases.shift()
    return (more) => void Object.assign(entry, more)
  }

  newest(count: number): readonly Purchase[] {
    return this.#purchases.slice(-count)
  }
}
