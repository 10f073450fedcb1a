import { type Address, highest } from '@sluice/protocol'
import { TabError } from '../errors.ts'
import type { TabAccount } from './account.ts'

/** What one payer may owe over all its tabs. */
export interface LoanAllowance {
  /** In windows. */
  readonly windows: number
  /** And one base unit for every so many that it paid. */
  readonly share: number
}

/** What is left of a payer's tabs that are over. */
export interface PayerDebt {
  readonly debt: bigint
  readonly paid: bigint
}

interface Payer {
  readonly tabs: Set<TabAccount>
  /** Charged on tabs that are over, and never paid, base units. */
  debt: bigint
  /** Paid on tabs that are over. */
  paid: bigint
}

const max0 = (amount: bigint): bigint => highest(0n, amount)

/**
 * What each payer owes over all its tabs in a token. A window is a loan: without a bound over all of them, whoever opens a new tab for each
 * and never pays would live on windows. What is owed is never forgiven by time, only outweighed by what is paid.
 */
export class Loans {
  readonly #allowance: LoanAllowance
  readonly #max: number
  readonly #payers = new Map<Address, Payer>()

  /** @param max Payers remembered, those used last; those who owe go last of all. */
  constructor(allowance: LoanAllowance, max: number) {
    this.#allowance = allowance
    this.#max = max
  }

  /** Counts a tab as its payer's. */
  add(tab: TabAccount): void {
    this.#use(tab.payer).tabs.add(tab)
  }

  /** What was kept of a payer. */
  restore(payer: Address, { debt, paid }: PayerDebt): void {
    Object.assign(this.#use(payer), { debt, paid })
  }

  /** A tab is over: what it owes stays its payer's debt. */
  end(tab: TabAccount): PayerDebt {
    const payer = this.#use(tab.payer)
    if (payer.tabs.delete(tab)) {
      payer.debt += max0(tab.total - tab.paid)
      payer.paid += tab.paid
    }
    return { debt: payer.debt, paid: payer.paid }
  }

  /**
   * Whether a request may begin on a tab. Tabs with requests under way count with the whole window that they may take.
   *
   * @throws TabError `TAB_CREDIT`.
   */
  check(tab: TabAccount): void {
    const { tabs, debt, paid: before } = this.#use(tab.payer)
    let owed = debt
    let paid = before
    for (const one of tabs) {
      paid += one.paid
      owed += one === tab || one.isLive ? one.window : max0(one.total - one.paid)
    }
    const allowed = BigInt(this.#allowance.windows) * tab.window + paid / BigInt(this.#allowance.share)
    if (owed > allowed) throw new TabError('TAB_CREDIT', { payer: tab.payer, owed, allowed })
  }

  #use(address: Address): Payer {
    const payer = this.#payers.get(address) ?? { tabs: new Set(), debt: 0n, paid: 0n }
    this.#payers.delete(address)
    this.#payers.set(address, payer)
    if (this.#payers.size > this.#max) this.#forgetOne(address)
    return payer
  }

  #forgetOne(used: Address): void {
    let oldest: Address | undefined
    for (const [address, { debt, tabs }] of this.#payers) {
      if (address === used || tabs.size > 0) continue
      oldest ??= address
      if (debt === 0n) {
        oldest = address
        break
      }
    }
    if (oldest !== undefined) this.#payers.delete(oldest)
  }
}
