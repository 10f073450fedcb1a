import { HttpError } from '../errors.ts'
import { coveredBy, coverFor, owedFor, windowAfter } from '../headers/price.ts'
import type { ByteRange } from '../headers/range.ts'
import type { Admission } from '../ports.ts'
import type { Binding } from './bindings.ts'

/** How many bytes already served may be served again, beside the price, for connections that broke. */
export interface RepeatAllowance {
  /** In windows. */
  readonly windows: number
  /** And one byte for every so many paid for. */
  readonly share: number
}

/**
 * Counts what was served on one virtual channel. A virtual channel pays for its resource from one byte on: what is owed is the price of the
 * bytes up to the highest one served, whichever requests it took. Bytes may be served up to a window ahead of what is paid for, and the window grows with that.
 */
export class Meter {
  readonly binding: Binding
  #admission: Admission
  #paid = 0n
  #reached: number
  #repeated = 0
  #live: AbortController | undefined
  readonly #allowance: RepeatAllowance

  /** `restored`: the binding outlived this count, so that all that is paid for counts as served. */
  constructor(binding: Binding, admission: Admission, allowance: RepeatAllowance, restored: boolean) {
    this.binding = binding
    this.#admission = admission
    this.#allowance = allowance
    this.#reached = restored ? this.covered : binding.from
  }

  /** The end of what is paid for, and of what was before. */
  get covered(): number {
    const { price, from, length } = this.binding
    return Math.min(from + coveredBy(price, this.paid), length)
  }

  /** Bytes paid for. */
  get bytesPaid(): number {
    return this.covered - this.binding.from
  }

  /** Bytes from 0 that may be served now. */
  get allowed(): number {
    const { window, length } = this.binding
    return Math.min(this.covered + windowAfter(window, this.bytesPaid), length)
  }

  /** Bytes that may be served now and are not paid for. */
  get loan(): number {
    return this.allowed - this.covered
  }

  /** Bytes that were served and are not paid for. */
  get unpaid(): number {
    return Math.max(0, this.#reached - this.covered)
  }

  /** Highest byte served. */
  get reached(): number {
    return this.#reached
  }

  /** Owed for what was served, base units. */
  get charged(): bigint {
    return owedFor(this.binding.price, this.#reached - this.binding.from)
  }

  /** Highest amount accepted, base units. It only rises, also where the payee has forgotten a V that ended. */
  get paid(): bigint {
    const accepted = this.#admission.accepted()
    if (accepted > this.#paid) this.#paid = accepted
    return this.#paid
  }

  /** Whether a body is on its way. */
  get isLive(): boolean {
    return this.#live !== undefined
  }

  /**
   * Whether a range may be served.
   *
   * @throws HttpError `PAYMENT_BEFORE`, `PAYMENT_AHEAD`, `PAYMENT_REPEATS`.
   */
  check(range: ByteRange): void {
    const { from } = this.binding
    if (range.start < from) throw new HttpError('PAYMENT_BEFORE', { start: range.start, from })
    if (range.start > this.allowed) throw new HttpError('PAYMENT_AHEAD', { start: range.start, allowed: this.allowed })
    this.#repeatedWith(range)
  }

  /** All repeated bytes, those of this range included. */
  #repeatedWith({ start, end }: ByteRange): number {
    const repeated = this.#repeated + Math.max(0, Math.min(end, this.#reached) - start)
    const allowance = this.#allowance.windows * this.binding.window + Math.floor(this.bytesPaid / this.#allowance.share)
    if (repeated > allowance) throw new HttpError('PAYMENT_REPEATS', { repeated, allowance })
    return repeated
  }

  /** A new body begins: one that was on its way ends. Its signal aborts when it is superseded in turn. */
  begin(admission: Admission): AbortController {
    this.#live?.abort(new HttpError('PAYMENT_SUPERSEDED', { virtualId: admission.virtualId }))
    this.#admission = admission
    this.#live = new AbortController()
    return this.#live
  }

  /** A body has ended. */
  end(live: AbortController): void {
    if (this.#live === live) this.#live = undefined
  }

  /**
   * Bytes are about to leave.
   *
   * @throws HttpError `PAYMENT_REPEATS`: requests that were let in side by side share one allowance.
   */
  served(range: ByteRange): void {
    this.#repeated = this.#repeatedWith(range)
    this.#reached = Math.max(this.#reached, range.end)
  }

  /**
   * Resolves once the byte at `offset` may be served.
   *
   * @throws HttpError `PAYMENT_REFUSED` where the capacity cannot pay for it.
   */
  async waitFor(offset: number, signal: AbortSignal): Promise<void> {
    const { price, window, from } = this.binding
    const amount = owedFor(price, coverFor(window, offset - from))
    if (amount > this.#admission.capacity) {
      throw new HttpError('PAYMENT_REFUSED', { reason: 'its capacity is used up', offset })
    }
    await this.#admission.waitFor(amount, signal)
  }
}
