import type { Id } from '@sluice/protocol'
import { HttpError, isPassingStatus } from '../errors.ts'
import type { Offer } from '../headers/offer.ts'
import { coveredBy, owedFor, windowAfter } from '../headers/price.ts'
import type { PaidSession } from '../headers/session.ts'
import type { Payer } from '../ports.ts'
import { pause } from '../timers.ts'
import { askFrom } from './ask-from.ts'
import { type Answer, type Exchange, pieces } from './exchange.ts'
import { Payments } from './payments.ts'

/** A body that is paid for as it is accepted. */
export interface PaidResponse {
  /** Undefined where the server asks no payment. */
  readonly offer: Offer | undefined
  readonly virtualId: Id | undefined
  /** What to keep to go on later. */
  readonly session: PaidSession | undefined
  /** Bytes of the whole resource; undefined where a free server does not say. */
  readonly length: number | undefined
  /** The bytes, from the offset asked for to the end; once. A dropped connection is resumed unseen. */
  readonly body: AsyncIterable<Uint8Array>
  /** Highest total paid, base units. */
  readonly paid: bigint
  /** How many payments were made, the first voucher included. */
  readonly payments: number
  /** How many connections were resumed. */
  readonly resumed: number
  /**
   * Says that the first `bytes` bytes of the resource (those before the offset included) are what was wanted. They are paid for once what has come fills half of the
   * window, and at the end: so few payments do, and the server need not wait for one. Returns at once.
   *
   * @throws HttpError `SPENDING_LIMIT` once the limit is paid, `VERIFIED_BEYOND`.
   */
  accept(bytes: number): void
  /** Pays for all that was accepted. Resolves once that is done; rejects where a payment failed. */
  settled(): Promise<void>
  /** Stops reading. What was accepted stays paid. */
  cancel(): void
}

export interface ResumeOptions {
  /** Attempts in a row without a byte in between. */
  readonly attempts: number
  /** Milliseconds before the n-th attempt, from 0 on. */
  readonly delay: (attempt: number) => number
}

export interface PaidBodyOptions {
  readonly exchange: Exchange
  readonly url: string
  readonly resume: ResumeOptions
  readonly answer: Answer
  /** Where the answer begins. */
  readonly offset: number
  readonly length: number | undefined
  readonly etag: string | undefined
  /** So many bytes at the beginning of the answer are passed over: a free server answers the whole. */
  readonly skip: number
  /** Undefined for a free body. */
  readonly payment: PaidWith | undefined
}

export interface PaidWith {
  readonly payer: Payer
  readonly offer: Offer
  readonly virtualId: Id
  readonly capacity: bigint
  /** Of the first voucher. */
  readonly first: bigint
  readonly session: PaidSession
  /** The first byte that V pays for. */
  readonly from: number
  /** Whether V was opened by this response. */
  readonly isNew: boolean
}

export class PaidBody implements PaidResponse {
  readonly length: number | undefined
  readonly #options: PaidBodyOptions
  readonly #payments: Payments | undefined
  #received: number
  #answer: Answer
  #failure: { readonly error: unknown } | undefined
  #resumed = 0
  /** Bytes of the first answer that are still to be passed over. */
  #skip: number
  /** What is owed for all that was accepted, base units. */
  #accepted = 0n

  constructor(options: PaidBodyOptions) {
    this.#options = options
    this.#answer = options.answer
    this.#received = options.offset
    this.#skip = options.skip
    this.length = options.length
    const { payment } = options
    if (payment !== undefined) {
      this.#payments = new Payments(payment.payer, payment.virtualId, payment.first, (error) => this.#fail(error))
    }
  }

  get offer(): Offer | undefined {
    return this.#options.payment?.offer
  }

  get virtualId(): Id | undefined {
    return this.#options.payment?.virtualId
  }

  get session(): PaidSession | undefined {
    return this.#options.payment?.session
  }

  get paid(): bigint {
    return this.#payments?.paid ?? 0n
  }

  get payments(): number {
    return (this.#payments?.count ?? 0) + (this.#options.payment?.isNew === true ? 1 : 0)
  }

  get resumed(): number {
    return this.#resumed
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#read()
  }

  accept(bytes: number): void {
    if (bytes > this.#received) throw new HttpError('VERIFIED_BEYOND', { verified: bytes, received: this.#received })
    const { payment } = this.#options
    if (payment === undefined) return
    const { capacity, offer, from } = payment
    const owed = owedFor(offer.price, Math.max(0, bytes - from))
    if (owed <= capacity) {
      this.#accepted = owed
      if (bytes === this.length) this.#payAccepted()
      else this.#payIfDue(payment)
      return
    }
    this.#accepted = capacity
    this.#payAccepted()
    throw new HttpError('SPENDING_LIMIT', { owed, max: capacity, bytes: from + coveredBy(offer.price, capacity) })
  }

  /** Pays for what was accepted where the server will soon have to wait. */
  #payIfDue({ offer: { price, window }, from }: PaidWith): void {
    const covered = coveredBy(price, this.#payments?.wanted ?? 0n)
    if (this.#received - from - covered >= windowAfter(window, covered) / 2) this.#payAccepted()
  }

  #payAccepted(): void {
    this.#payments?.raise(this.#accepted)
  }

  async settled(): Promise<void> {
    this.#payAccepted()
    await this.#payments?.settled()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  cancel(): void {
    this.#payAccepted()
    this.#answer.end(new HttpError('RESPONSE_STATUS', { status: 0, reason: 'cancelled' }))
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#answer.end(error)
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const dropped = yield* this.#readAnswer()
      if (dropped === undefined) return
      await this.#resume(dropped.error)
    }
  }

  /** Passes on what the answer brings. Answers undefined once the body is whole, else why the connection dropped. */
  async *#readAnswer(): AsyncGenerator<Uint8Array, { readonly error: unknown } | undefined> {
    const { exchange } = this.#options
    try {
      for await (const piece of pieces(exchange, this.#answer, this.#received)) {
        const wanted = this.#wantedOf(piece)
        this.#take(wanted.length)
        if (wanted.length > 0) yield wanted
      }
    } catch (error) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (error instanceof HttpError || exchange.signal.aborted) throw error
      return { error }
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return this.length === undefined || this.#received === this.length ? undefined : { error: undefined }
  }

  #wantedOf(piece: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#skip, piece.length)
    this.#skip -= skipped
    return skipped === 0 ? piece : piece.subarray(skipped)
  }

  #take(bytes: number): void {
    this.#received += bytes
    if (this.length !== undefined && this.#received > this.length) {
      throw new HttpError('RESPONSE_LENGTH', { got: this.#received, expected: this.length })
    }
    const { payment } = this.#options
    if (payment !== undefined) this.#payIfDue(payment)
  }

  async #resume(cause: unknown): Promise<void> {
    const { resume, etag, exchange } = this.#options
    // The server goes on no further than a window above what it has.
    this.#payAccepted()
    let last = cause
    for (let attempt = 0; attempt < resume.attempts && etag !== undefined; attempt++) {
      await pause(exchange.timers, resume.delay(attempt), exchange.signal)
      try {
        this.#answer = await askFrom(this.#options, this.#received, etag)
        this.#skip = 0
        this.#resumed += 1
        return
      } catch (error) {
        if (!isPassing(error)) throw error
        last = error
      }
    }
    throw new HttpError('CONNECTION_LOST', { offset: this.#received, attempts: resume.attempts }, last)
  }
}

/** Whether another attempt may go better. */
function isPassing(error: unknown): boolean {
  return error instanceof HttpError && (error.code === 'SERVER_UNREACHABLE' || isPassingStatus(error))
}
