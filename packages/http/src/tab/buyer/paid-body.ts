import { lowest, SluiceError } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { pause } from '../../timers.ts'
import { TabError } from '../errors.ts'
import type { PayerCall, PayerTab } from '../payer/payer-tab.ts'
import { settleBy } from '../payer/settle.ts'
import { standingFromJson, standingLines, type TabStanding } from '../wire/answer.ts'
import { type Frame, FrameReader, PAYMENT_CONTENT_TYPE } from '../wire/frames.ts'
import { isSameMac } from '../wire/mac.ts'
import type { TabOffer } from '../wire/offer.ts'
import { type Counts, SECOND } from '../wire/price.ts'
import type { Attempt } from './attempt.ts'
import type { Buying } from './context.ts'
import { chargeOf } from './offers.ts'

export interface PaidBodyOptions {
  readonly buying: Buying
  /** With an empty price where nothing is charged. */
  readonly offer: TabOffer
  readonly tab: PayerTab
  readonly call: PayerCall
  readonly found: Attempt
  /** Asks for the same answer again. */
  readonly again: () => Promise<Attempt>
  /** It is settled what the request cost. */
  readonly ended: () => void
  /** The end was not seen. */
  readonly lost: () => void
  readonly signal: AbortSignal
  /** The answer has no body, whatever its headers say. */
  readonly isBodiless: boolean
}

/** How often a body that broke off is asked for again. */
const ATTEMPTS = 4

/**
 * An answer's body that is paid for as it is read: its bytes by this side's count, other units as they were reported with what arrived. One
 * that breaks off is asked for again under the same id, which is free; where the seller has not kept it, its outcome is taken over.
 */
export class PaidBody {
  readonly #options: PaidBodyOptions
  readonly #startedAt: number
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #frames: FrameReader | undefined
  #ready: Frame[] = []
  #bytes = 0
  /** Bytes still to come that were passed on before. */
  #skip = 0
  #reported: Counts
  #isOver = false
  #isWhole = false
  #settled = () => {}

  constructor(options: PaidBodyOptions) {
    const { found, buying } = options
    this.#options = options
    this.#startedAt = buying.now()
    this.#reported = found.standing?.counts ?? {}
    this.#take(found)
    this.#charge()
  }

  /** The answer as whoever asked for it gets it. */
  response(url: string): Response {
    const { found, isBodiless } = this.#options
    const { response, isFramed } = found
    const { status, statusText } = response
    const headers = new Headers(response.headers)
    const type = headers.get(PAYMENT_CONTENT_TYPE)
    if (isFramed && type !== null) headers.set('Content-Type', type)
    headers.delete(PAYMENT_CONTENT_TYPE)
    const isEmpty = isBodiless || response.body === null
    if (isEmpty) this.#finish()
    const body = isEmpty ? null : this.#stream()
    const answer = new Response(body, { status, statusText, headers })
    Object.defineProperty(answer, 'url', { value: url })
    return answer
  }

  /** Called once it is settled what the request cost, or its end was not seen. */
  onSettled(run: () => void): void {
    if (this.#isOver) run()
    else this.#settled = run
  }

  /** Nobody reads on: what was charged stays, and the request is settled. */
  forget(): void {
    if (this.#isOver || this.#bytes > 0) return
    this.#finish()
  }

  #stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await this.#next()
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        },
        cancel: async (reason) => {
          await this.#reader?.cancel(reason).catch(() => undefined)
          this.#cut()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** The next bytes, or undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = await this.#read()
      if (piece === undefined) {
        this.#finish()
        return undefined
      }
      const fresh = piece.subarray(Math.min(this.#skip, piece.length))
      this.#skip -= piece.length - fresh.length
      this.#bytes += fresh.length
      this.#charge()
      if (fresh.length > 0) return fresh
    }
  }

  /** What comes, of another connection where this one breaks. */
  async #read(): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        return await this.#readHere()
      } catch (error) {
        const { signal } = this.#options
        if (signal.aborted || error instanceof SluiceError) {
          await this.#reader?.cancel(error).catch(() => undefined)
          this.#cut()
          throw error
        }
        await this.#resume(error)
      }
    }
  }

  async #readHere(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#ready.shift()
      if (frame?.kind === 'data') return frame.bytes
      if (frame !== undefined) this.#report(frame)
      else if (this.#isWhole) return undefined
      else {
        const piece = await this.#readPiece()
        if (piece === undefined) {
          // In frames, the last one says that nothing is missing.
          if (this.#frames !== undefined) throw new Error('the body ended without its last frame')
          return undefined
        }
        if (this.#frames === undefined) return piece
        this.#ready = this.#frames.take(piece)
      }
    }
  }

  async #readPiece(): Promise<Uint8Array | undefined> {
    const { timers, stallTimeout } = this.#options.buying
    const reader = this.#reader
    let isLate = false
    const cancel = timers.after(stallTimeout, () => {
      isLate = true
      reader?.cancel().catch(() => undefined)
    })
    try {
      const result = await reader?.read()
      if (isLate) throw new HttpError('PROVIDER_STALLED', { milliseconds: stallTimeout, offset: this.#bytes })
      return result?.value
    } finally {
      cancel()
    }
  }

  /** What the seller counts, with what came before it. */
  #report({ kind, bytes }: Frame): void {
    const { tab, call } = this.#options
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const { standing, mac } = standingFromJson(value, 'report')
    const isOurs = standing.virtualId === tab.facts.virtualId && standing.id === call.id
    if (!isOurs || !isSameMac(tab.key.mac(standingLines(standing, true)), mac)) {
      throw new TabError('TAB_ANSWER_INVALID', { attempts: 1, reason: 'a report is not sealed' })
    }
    tab.compare(standing, call)
    this.#reported = standing.counts
    this.#charge()
    this.#isWhole = kind === 'end'
  }

  /** Counts what arrived. Seconds are no more than passed here since the answer began, and the one that has begun. */
  #charge(): void {
    const { buying, offer, tab, call } = this.#options
    const passed = Math.ceil((buying.now() - this.#startedAt) / 1000) + 1
    const second = this.#reported[SECOND]
    const reported = second === undefined ? this.#reported : { ...this.#reported, [SECOND]: Math.min(second, passed) }
    tab.charge(call, lowest(call.limit, chargeOf(offer, this.#bytes, reported)))
  }

  /** Goes on where a connection broke, if the seller has kept the answer. @throws HttpError what became of the request. */
  async #resume(cause: unknown): Promise<void> {
    const { again, buying, signal, call } = this.#options
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await pause(buying.timers, 100 * 2 ** attempt, signal)
      const found = await again().catch(() => undefined)
      const { standing, refusal } = found ?? {}
      if (found === undefined || standing === undefined || refusal === 'CALL_RUNNING') continue
      if (refusal !== undefined) this.#takeOutcome(standing)
      else if (found.response.status === this.#options.found.response.status) {
        this.#take(found)
        this.#skip = this.#bytes
        return
      }
      await found.response.body?.cancel().catch(() => undefined)
      break
    }
    this.#cut()
    const { id, charged } = call
    throw new TabError('CALL_CUT', { id, bytes: this.#bytes, charged }, cause)
  }

  #takeOutcome(standing: TabStanding): void {
    const { tab, call, ended } = this.#options
    if (settleBy(tab, call, standing) === 'running') return
    this.#isOver = true
    this.#settled()
    ended()
  }

  #take({ response, isFramed }: Attempt): void {
    this.#reader = response.body?.getReader()
    this.#frames = isFramed ? new FrameReader() : undefined
    this.#ready = []
    this.#isWhole = false
  }

  #cut(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#settled()
    this.#options.lost()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#settled()
    const { tab, call, ended } = this.#options
    tab.end(call)
    ended()
  }
}
