import type { Wire, WireHandler } from '../sockets/wire.ts'

/** One end of a wire in memory. What it sends waits until it is delivered, by whoever sits in the middle. */
export class TestWire implements Wire {
  readonly sent: Uint8Array[] = []
  queued = 0
  ended = false
  readonly gone: Promise<void>
  #resolveGone: () => void = () => {}
  #handler: WireHandler = { message: () => {}, closed: () => {} }

  constructor() {
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve
    })
  }

  listen(handler: WireHandler): void {
    this.#handler = handler
  }

  send(bytes: Uint8Array): void {
    if (!this.ended) this.sent.push(bytes.slice())
  }

  /** What the other end would say. */
  deliver(bytes: Uint8Array): void {
    if (!this.ended) this.#handler.message(bytes)
  }

  close(): void {
    this.destroy()
  }

  destroy(): void {
    if (this.ended) return
    this.ended = true
    this.#handler.closed()
    this.#resolveGone()
  }
}
