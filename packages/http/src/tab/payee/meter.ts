import { lowest } from '@sluice/protocol'
import type { Timers } from '../../ports.ts'
import { within } from '../../timers.ts'
import { TabError } from '../errors.ts'
import { BYTE, CALL, type Counts, chargeFor, isUnit, unitsWithin } from '../wire/price.ts'
import type { TabAccount } from './account.ts'
import { isCountedByHandler, type Route } from './route.ts'

export interface MeterOptions {
  readonly account: TabAccount
  readonly route: Route
  /** Most that the request may charge. */
  readonly limit: bigint
  readonly timers: Timers
  /** How long a payment is waited for, milliseconds. */
  readonly timeout: number
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

/** Counts one request, and charges its tab for each unit before it is delivered. */
export class Meter {
  readonly #options: MeterOptions
  #counts: Record<string, number> = {}
  #charged = 0n
  #isOver = false
  #isFree = false
  #stopped: unknown
  /** One at a time: what two add side by side is worth what it is worth together. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: MeterOptions) {
    this.#options = options
  }

  get counts(): Counts {
    return { ...this.#counts }
  }

  /** Why it charges nothing any more though the handler would go on: its limit, its tab, or its payer. The seller's own faults are not told. */
  get stopped(): unknown {
    return this.#stopped
  }

  get charged(): bigint {
    return this.#charged
  }

  /** Charges the call itself. @throws as {@link add}. */
  async begin(): Promise<void> {
    const { route } = this.#options
    if (route.price.some(({ unit }) => unit === CALL)) {
      await this.add(CALL, 1, route.payment === 'upfront' ? 0n : this.#options.account.window)
    }
  }

  /** Counts units that the handler makes, once the window holds them. @throws TabError `UNIT_UNKNOWN` and as {@link add}. */
  async count(unit: string, count: number): Promise<void> {
    const { price } = this.#options.route
    if (!isUnit(unit) || !isCountedByHandler(price, unit) || !Number.isSafeInteger(count) || count < 0) {
      throw new TabError('UNIT_UNKNOWN', { unit, count })
    }
    await this.add(unit, count)
  }

  /**
   * Counts units as soon as the window holds them.
   *
   * @throws TabError `CALL_LIMIT`, `UNIT_ABOVE_WINDOW`, `TAB_SPENT`, `TAB_DUE` where no payment comes in time.
   */
  add(unit: string, count: number, ahead: bigint = this.#options.account.window): Promise<void> {
    const turn = this.#turn
      .then(() => this.#add(unit, count, ahead))
      .catch((error: unknown) => {
        const isOurs = error instanceof TabError && error.code === 'UNIT_ABOVE_WINDOW'
        if (!isOurs) this.#stopped ??= error
        throw error
      })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** Whether units fit into the window now. */
  holds(unit: string, count: number): boolean {
    if (this.#isFree) return true
    const { account } = this.#options
    return this.#costOf(unit, count) <= account.room(account.window)
  }

  /** Of so many bytes, those that fit into the window now; at least the bytes of the next base unit, which may have to wait. */
  bytesNow(most: number): number {
    const { account, limit, route } = this.#options
    const rest = limit - this.#charged
    const room = account.room(account.window)
    const now = unitsWithin(route.price, this.#counts, BYTE, lowest(room, rest))
    const next = unitsWithin(route.price, this.#counts, BYTE, 1n)
    return Math.min(most, now > 0 ? now : Math.max(next, 1))
  }

  /** Takes back all that was charged; what is counted from now on is free. */
  refund(): void {
    this.#isFree = true
    this.#options.account.refund(this.#charged)
    this.#charged = 0n
    this.#counts = {}
  }

  /** Takes back what was charged above an amount. */
  lower(amount: bigint): void {
    if (amount >= this.#charged) return
    this.#options.account.refund(this.#charged - amount)
    this.#charged = amount
  }

  /** Nothing is charged any more. */
  end(): void {
    this.#isOver = true
  }

  #costOf(unit: string, count: number): bigint {
    const counts = { ...this.#counts, [unit]: (this.#counts[unit] ?? 0) + count }
    return chargeFor(this.#options.route.price, counts) - this.#charged
  }

  async #add(unit: string, count: number, ahead: bigint): Promise<void> {
    const { account, limit } = this.#options
    if (this.#isFree) return
    if (this.#isOver) throw new DOMException('the request is over', 'AbortError')
    const cost = this.#costOf(unit, count)
    if (this.#charged + cost > limit) {
      throw new TabError('CALL_LIMIT', { needed: this.#charged + cost, limit })
    }
    if (ahead > 0n && cost > ahead) throw new TabError('UNIT_ABOVE_WINDOW', { cost, window: ahead })
    if (!account.tryCharge(cost, ahead)) await this.#wait(cost, ahead)
    if (this.#isOver || this.#isFree) {
      account.refund(cost)
      throw new DOMException('the request is over', 'AbortError')
    }
    this.#charged += cost
    this.#counts[unit] = (this.#counts[unit] ?? 0) + count
  }

  async #wait(cost: bigint, ahead: bigint): Promise<void> {
    const { account, timers, timeout, signal } = this.#options
    const { total, paid, window } = account
    const late = () => new TabError('TAB_DUE', { total, paid, needed: cost, window })
    await within(timers, timeout, late, [signal], (limit) => account.charge(cost, ahead, limit))
  }
}
