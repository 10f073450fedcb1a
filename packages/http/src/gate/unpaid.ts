import type { Address } from '@sluice/protocol'
import { HttpError } from '../errors.ts'
import type { Meter } from './meter.ts'

/** How many bytes one payer may owe for, over all its virtual channels. */
export interface CreditAllowance {
  /** In windows. */
  readonly windows: number
  /** And one byte for every so many that it paid for. */
  readonly share: number
}

interface Account {
  readonly meters: Set<Meter>
  /** Bytes paid for on virtual channels that owe nothing any more and are forgotten. */
  paidBefore: number
}

/**
 * What each payer owes. The window of a virtual channel is a loan: without a bound over all of them, a payer that opens a new one for each
 * resource and never pays would live on windows.
 */
export class Unpaid {
  readonly #allowance: CreditAllowance
  readonly #accounts = new Map<Address, Account>()
  /** Bytes of each count that are in its account's `paidBefore` already. */
  readonly #credited = new WeakMap<Meter, number>()
  readonly #max: number

  /** `max`: payers remembered, those used last. */
  constructor(allowance: CreditAllowance, max: number) {
    this.#allowance = allowance
    this.#max = max
  }

  /**
   * Whether a body may begin.
   *
   * @throws HttpError `PAYMENT_CREDIT` where the payer owes too much elsewhere.
   */
  check(payer: Address, meter: Meter): void {
    const account = this.#use(payer)
    account.meters.add(meter)
    let owed = meter.loan
    let paid = account.paidBefore
    for (const other of account.meters) {
      paid += this.#uncredited(other)
      if (other === meter) continue
      owed += other.isLive ? other.loan : other.unpaid
      if (!other.isLive && other.unpaid === 0) this.#forget(account, other)
    }
    const allowed = this.#allowance.windows * meter.binding.window + Math.floor(paid / this.#allowance.share)
    if (owed > allowed) throw new HttpError('PAYMENT_CREDIT', { payer, owed, allowed })
  }

  #uncredited(meter: Meter): number {
    return meter.bytesPaid - (this.#credited.get(meter) ?? 0)
  }

  #forget(account: Account, meter: Meter): void {
    account.meters.delete(meter)
    account.paidBefore += this.#uncredited(meter)
    this.#credited.set(meter, meter.bytesPaid)
  }

  #use(payer: Address): Account {
    const account = this.#accounts.get(payer) ?? { meters: new Set(), paidBefore: 0 }
    this.#accounts.delete(payer)
    this.#accounts.set(payer, account)
    const [oldest] = this.#accounts.keys()
    if (oldest !== undefined && this.#accounts.size > this.#max) this.#accounts.delete(oldest)
    return account
  }
}
