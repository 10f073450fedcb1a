import type { Clock, Session } from '@sluice/engine'
import type { Address, Hex, SessionRole } from '@sluice/protocol'
import type { TransportLimits } from '../limits.ts'
import type { Wire } from '../sockets/wire.ts'
import type { Established } from './handshake.ts'
import type { Primitives } from './primitives.ts'
import { createOpener, createSealer, packAlive, packAsk, packRecords, unpackRecord } from './records.ts'

/** Silent intervals after which the peer counts as gone. It is asked for a sign of life in each but the last. */
const SILENT_INTERVALS = 3

export interface SessionHandler {
  frame(session: SecureSession, frame: Uint8Array): void
  /** Once, whoever ended it; never within a call to the session. */
  closed(session: SecureSession): void
}

export interface SessionOptions {
  readonly established: Established
  readonly wire: Wire
  readonly primitives: Primitives
  readonly limits: TransportLimits
  readonly clock: Clock
  readonly handler: SessionHandler
}

/** A session over a wire: every record is sealed under its direction's key and the next nonce; anything else ends it. */
export class SecureSession implements Session {
  readonly peer: Address
  readonly role: SessionRole
  readonly version: number
  readonly instance: Hex
  readonly #wire: Wire
  readonly #limits: TransportLimits
  readonly #clock: Clock
  readonly #handler: SessionHandler
  readonly #seal: (plain: Uint8Array) => Uint8Array
  readonly #open: (sealed: Uint8Array) => Uint8Array | undefined
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #silent = 0
  #ended = false
  #cancelTimer: () => void = () => {}

  constructor({ established, wire, primitives, limits, clock, handler }: SessionOptions) {
    this.peer = established.peer
    this.role = established.role
    this.version = established.version
    this.instance = established.instance
    this.#wire = wire
    this.#limits = limits
    this.#clock = clock
    this.#handler = handler
    this.#seal = createSealer(primitives, established.sendKey)
    this.#open = createOpener(primitives, established.receiveKey)
    wire.listen({ message: (bytes) => this.#receive(bytes), closed: () => this.#end() })
    this.#watch()
  }

  get queued(): number {
    return this.#waitingBytes + this.#wire.queued
  }

  get ended(): boolean {
    return this.#ended
  }

  send(frame: Uint8Array): void {
    if (this.#ended) return
    if (frame.length > this.#limits.frameBytes || this.queued + frame.length > this.#limits.queuedBytes) {
      this.#wire.destroy()
      this.#end()
      return
    }
    // Frames of one turn of the loop share a record, a tag and a write.
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush())
    this.#waiting.push(frame.slice())
    this.#waitingBytes += frame.length
  }

  close(): void {
    if (this.#ended) return
    this.#flush()
    this.#wire.close()
    this.#end()
  }

  /** Asks for a sign of life now, and ends the session unless one comes within `milliseconds`. */
  probe(milliseconds: number): void {
    this.#silent = SILENT_INTERVALS - 1
    this.#write(packAsk())
    this.#watch(milliseconds)
  }

  #flush(): void {
    if (this.#ended || this.#waiting.length === 0) return
    const frames = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (const record of packRecords(frames)) this.#write(record)
  }

  #write(plain: Uint8Array): void {
    if (this.#ended) return
    this.#wire.send(this.#seal(plain))
  }

  #receive(sealed: Uint8Array): void {
    if (this.#ended) return
    const plain = this.#open(sealed)
    const record = plain === undefined ? undefined : unpackRecord(plain, this.#limits.frameBytes)
    if (record === undefined) {
      this.#wire.destroy()
      this.#end()
      return
    }
    this.#silent = 0
    if (record.type === 'ask') this.#answer()
    if (record.type !== 'frames') return
    for (const frame of record.frames) {
      if (this.#ended) return
      this.#handler.frame(this, frame)
    }
  }

  // A peer that asks and does not read the answers must not fill the memory.
  #answer(): void {
    if (this.queued > this.#limits.queuedBytes) {
      this.#wire.destroy()
      this.#end()
    } else this.#write(packAlive())
  }

  #watch(milliseconds: number = this.#limits.keepAliveMs): void {
    this.#cancelTimer()
    if (this.#ended) return
    this.#cancelTimer = this.#clock.after(milliseconds, () => this.#checkAlive())
  }

  #checkAlive(): void {
    this.#silent++
    if (this.#silent >= SILENT_INTERVALS) {
      this.#wire.destroy()
      this.#end()
      return
    }
    this.#write(packAsk())
    this.#watch()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancelTimer()
    this.#waiting = []
    this.#waitingBytes = 0
    queueMicrotask(() => this.#handler.closed(this))
  }
}
