import { type Address, lowest } from '@sluice/protocol'
import { TabError } from '../errors.ts'

/** What may be spent, whoever asks for it. Amounts in base units of the token that is paid in. */
export interface SpendingRules {
  /** Most for one request. */
  readonly request?: bigint
  /** Most to one payee in a day. */
  readonly payee?: bigint
  /** Most in any hour, and in any day. */
  readonly hour?: bigint
  readonly day?: bigint
  /** Signers of those that may be paid. Default: anybody. */
  readonly payees?: readonly Address[]
  /** Asked before a request that may cost more than `above`. */
  readonly approve?: { readonly above: bigint; ask(wanted: WantedSpending): Promise<boolean> }
}

/** What a request may cost, and who gets it. */
export interface WantedSpending {
  readonly payee: Address
  readonly origin: string
  readonly token: Address
  /** Most that it may charge, base units. */
  readonly amount: bigint
}

/** What was spent in one minute. */
interface Spent {
  /** Unix minute. */
  readonly minute: number
  readonly payee: Address
  readonly token: Address
  amount: bigint
}

const HOUR = 60
const DAY = 24 * HOUR
/** Most entries: beyond it the oldest minutes are counted together. */
const MAX_ENTRIES = 4096

/** Money that a request may spend, set aside until it is known what it cost. */
export interface Reservation {
  /** What the request cost, base units: the rest is free again. */
  settle(amount: bigint): void
}

/** Holds what is spent within the rules: what requests under way may still cost counts as spent. */
export class Budget {
  readonly rules: SpendingRules
  readonly #now: () => number
  readonly #changed: () => void
  #spent: Spent[] = []

  /** @param now Unix milliseconds. @param changed Called after each change. */
  constructor(rules: SpendingRules, now: () => number, changed: () => void = () => {}) {
    this.rules = rules
    this.#now = now
    this.#changed = changed
  }

  /** Sets money aside. @throws TabError `PAYEE_NOT_ALLOWED`, `SPENDING_RULE`, `SPENDING_REFUSED`. */
  async reserve(wanted: WantedSpending): Promise<Reservation> {
    const { payees, approve } = this.rules
    const { payee, origin, amount } = wanted
    if (payees !== undefined && !payees.includes(payee)) throw new TabError('PAYEE_NOT_ALLOWED', { payee, origin })
    this.#check(wanted)
    if (approve !== undefined && amount > approve.above && !(await approve.ask(wanted))) {
      throw new TabError('SPENDING_REFUSED', { wanted: amount, payee, origin })
    }
    // Once more: others may have reserved while somebody was asked.
    this.#check(wanted)
    return this.#reserve(wanted)
  }

  /** The most that the rules leave for a payee now; undefined without such a rule. */
  left(payee: Address, token: Address): bigint | undefined {
    const limits = this.#limits(payee, token).map(({ max, spent }) => max - spent)
    const [first, ...others] = limits
    return first === undefined ? undefined : lowest(first, ...others)
  }

  /** What was spent, as JSON. */
  toJson(): object[] {
    this.#forget()
    return this.#spent.map(({ amount, ...rest }) => ({ ...rest, amount: String(amount) }))
  }

  /** Takes up what was spent before. */
  restore(spent: readonly Spent[]): void {
    this.#spent = [...spent]
  }

  #reserve({ payee, token, amount }: WantedSpending): Reservation {
    const minute = Math.floor(this.#now() / 60_000)
    const last = this.#spent.findLast((one) => one.minute === minute && one.payee === payee && one.token === token)
    const entry = last ?? { minute, payee, token, amount: 0n }
    if (last === undefined) this.#spent.push(entry)
    entry.amount += amount
    let isOpen = true
    return {
      settle: (cost) => {
        if (!isOpen) return
        isOpen = false
        entry.amount -= amount - cost
        this.#changed()
      },
    }
  }

  #check({ payee, token, amount }: WantedSpending): void {
    const { request } = this.rules
    if (request !== undefined && amount > request) {
      throw new TabError('SPENDING_RULE', { rule: 'request', wanted: amount, left: request, max: request })
    }
    const broken = this.#limits(payee, token).find(({ max, spent }) => spent + amount > max)
    if (broken === undefined) return
    const { rule, max, spent } = broken
    throw new TabError('SPENDING_RULE', { rule, wanted: amount, left: max - spent, max })
  }

  #limits(payee: Address, token: Address) {
    this.#forget()
    const now = Math.floor(this.#now() / 60_000)
    const sum = (minutes: number, isOf: (one: Spent) => boolean = () => true): bigint =>
      this.#spent
        .filter((one) => one.minute > now - minutes && one.token === token && isOf(one))
        .reduce((total, { amount }) => total + amount, 0n)
    const { hour, day, payee: most } = this.rules
    return [
      ...(hour === undefined ? [] : [{ rule: 'hour', max: hour, spent: sum(HOUR) }]),
      ...(day === undefined ? [] : [{ rule: 'day', max: day, spent: sum(DAY) }]),
      ...(most === undefined ? [] : [{ rule: 'payee', max: most, spent: sum(DAY, (one) => one.payee === payee) }]),
    ]
  }

  #forget(): void {
    const oldest = Math.floor(this.#now() / 60_000) - DAY
    if (this.#spent[0] !== undefined && this.#spent[0].minute <= oldest) {
      this.#spent = this.#spent.filter(({ minute }) => minute > oldest)
    }
    // The later minute of two counts for both: too early is never what is forgotten.
    while (this.#spent.length > MAX_ENTRIES && this.#mergeOldest());
  }

  #mergeOldest(): boolean {
    const [oldest] = this.#spent
    if (oldest === undefined) return false
    const next = this.#spent.find((one) => one !== oldest && one.payee === oldest.payee && one.token === oldest.token)
    if (next === undefined) return false
    next.amount += oldest.amount
    this.#spent.shift()
    return true
  }
}
