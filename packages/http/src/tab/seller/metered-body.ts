import type { Timers } from '../../ports.ts'
import type { Meter } from '../payee/meter.ts'
import { encodeFrame, type FrameKind, MAX_FRAME } from '../wire/frames.ts'
import { BYTE, SECOND, type TabPrice } from '../wire/price.ts'

export interface MeteredBodyOptions {
  readonly source: ReadableStream<Uint8Array>
  readonly price: TabPrice
  readonly meter: Meter
  readonly timers: Timers
  readonly isFramed: boolean
  /** The standing of now, as a frame holds it. */
  readonly report: () => Uint8Array
  /** A piece leaves. */
  readonly passed: (piece: Uint8Array) => void
  /** Whether the rest is worth reading when the client has gone: it costs nothing more, and can be given again. */
  readonly keepsOn: () => boolean
  /** All was delivered; the server failed; or the request ended before, by its client, its limit or a payment that did not come. */
  readonly ended: (how: 'whole' | 'failed' | 'cut', error?: unknown) => void
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

const has = (price: TabPrice, name: string): boolean => price.some(({ unit }) => unit === name)

/** How long the rest of a body is read for whoever may ask again, milliseconds. */
const DRAIN_TIME = 10_000

/**
 * A handler's body that is charged for as it leaves. Nothing is read ahead: the handler makes its next piece when the client has taken the
 * one before, and what is taken from it leaves only once the window holds it.
 */
export class MeteredBody {
  readonly #options: MeteredBodyOptions
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #hasBytes: boolean
  #next: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined
  #rest: Uint8Array | undefined
  #reported: string
  #wanted = new Bell()
  #stopClock = () => {}
  /** While the next second is not paid for, nothing passes. */
  #second: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: MeteredBodyOptions) {
    this.#options = options
    this.#reader = options.source.getReader()
    this.#hasBytes = has(options.price, BYTE)
    this.#reported = ''
  }

  /** The body as it is sent. */
  stream(): ReadableStream<Uint8Array> {
    const { price, signal } = this.#options
    if (has(price, SECOND)) this.#startSecond()
    signal.addEventListener('abort', () => this.#cut(signal.reason), { once: true })
    if (signal.aborted) this.#cut(signal.reason)
    return new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: (reason) => this.#cut(reason) },
      { highWaterMark: 0 },
    )
  }

  /** What was counted has to be told before more of the body comes: the handler waits for a payment. */
  wantReport(): void {
    this.#wanted.ring()
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const piece = await this.#step()
      if (piece === undefined) controller.close()
      else controller.enqueue(piece)
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** The next bytes to send, or undefined at the end. */
  async #step(): Promise<Uint8Array | undefined> {
    for (;;) {
      await this.#second
      const piece = this.#rest ?? (await this.#read())
      if (piece === 'report') {
        const report = this.#report('report')
        if (report !== undefined) return report
        continue
      }
      if (piece === undefined) return this.#end()
      if (piece.length > 0) return await this.#deliver(piece)
      this.#rest = undefined
    }
  }

  /** What the handler makes next, or `report` where its payer has to be told first. */
  async #read(): Promise<Uint8Array | 'report' | undefined> {
    this.#next ??= this.#reader.read()
    const { isFramed } = this.#options
    const read = this.#next
    const result = await (isFramed ? Promise.race([read, this.#wanted.rung]) : read)
    if (result === undefined) {
      this.#wanted = new Bell()
      return 'report'
    }
    this.#next = undefined
    await this.#second
    return result.done ? undefined : result.value
  }

  /** As much of a piece as the window holds, or else waits for. */
  async #deliver(piece: Uint8Array): Promise<Uint8Array> {
    const { meter, isFramed, passed } = this.#options
    const most = isFramed ? Math.min(piece.length, MAX_FRAME) : piece.length
    const count = this.#hasBytes ? meter.bytesNow(most) : most
    if (this.#hasBytes) await meter.add(BYTE, count)
    this.#rest = count < piece.length ? piece.subarray(count) : undefined
    const part = piece.subarray(0, count)
    passed(part)
    if (!isFramed) return part
    const report = this.#report('report')
    const frame = encodeFrame('data', part)
    return report === undefined ? frame : join(frame, report)
  }

  /** A frame with the standing, if something was counted since the last one. */
  #report(kind: FrameKind): Uint8Array | undefined {
    const counted = JSON.stringify(this.#options.meter.counts)
    if (kind === 'report' && counted === this.#reported) return undefined
    this.#reported = counted
    return encodeFrame(kind, this.#options.report())
  }

  /** The last frame is sent before the stream closes. */
  #end(): Uint8Array | undefined {
    const isFirst = !this.#isOver
    this.#finish('whole')
    return isFirst && this.#options.isFramed ? this.#report('end') : undefined
  }

  /** Charges a second as it begins. */
  #startSecond(): void {
    const { meter, timers } = this.#options
    this.#second = meter.add(SECOND, 1).then(() => {
      if (this.#isOver) return
      this.#wanted.ring()
      this.#stopClock = timers.after(1000, () => this.#startSecond())
    })
    this.#second.catch(() => this.#wanted.ring())
  }

  #fail(error: unknown): void {
    const { meter, signal } = this.#options
    // What a limit or a payer ended is no failure, whatever the handler makes of it.
    const isCut = meter.stopped !== undefined || signal.aborted
    this.#finish(isCut ? 'cut' : 'failed', error)
    this.#cancelSource(error)
  }

  #cut(reason: unknown): void {
    if (this.#isOver) return
    if (this.#options.keepsOn()) {
      void this.#drain(reason)
      return
    }
    this.#finish('cut', reason)
    this.#cancelSource(reason)
  }

  /** Reads on, for whoever asks again. */
  async #drain(reason: unknown): Promise<void> {
    const { timers, passed, keepsOn } = this.#options
    const cancel = timers.after(DRAIN_TIME, () => this.#cancelSource(reason))
    try {
      if (this.#rest !== undefined) passed(this.#rest)
      for (;;) {
        const { done, value } = await (this.#next ?? this.#reader.read())
        this.#next = undefined
        if (done) break
        passed(value)
        if (!keepsOn()) throw reason
      }
      this.#finish('whole')
    } catch (error) {
      this.#finish(error === reason ? 'cut' : 'failed', error)
      this.#cancelSource(error)
    } finally {
      cancel()
    }
  }

  #cancelSource(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => undefined)
  }

  #finish(how: 'whole' | 'failed' | 'cut', error?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopClock()
    this.#options.ended(how, error)
  }
}

/** Rings once. */
class Bell {
  ring = (): void => {}
  readonly rung = new Promise<undefined>((resolve) => {
    this.ring = () => resolve(undefined)
  })
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
