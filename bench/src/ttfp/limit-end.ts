import type { WebSocketTransport } from '@sluice/adapters/transport-websocket'
import type { Session, TransportHandler } from '@sluice/engine'
import type { Address } from '@sluice/protocol'
import type { LimitSizes, PartyNews } from './calls.ts'
import { monotonicNow } from './trace.ts'

/** A frame of the limit begins with the number of its round. */
function frame(round: number, bytes: number): Uint8Array {
  const made = new Uint8Array(Math.max(4, bytes))
  new DataView(made.buffer).setUint32(0, round)
  return made
}

const roundOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)

/**
 * One end of the limit's measurement: the same transport as the engine's, and nothing above it. The payer sends, the hub passes
 * on, the payee notes when both frames of a round are there.
 */
export class LimitEnd implements TransportHandler {
  readonly signer: Address
  readonly #transport: WebSocketTransport
  readonly #tell: (news: PartyNews) => void
  readonly #sessions = new Map<Address, Session>()
  #next: { readonly payee: Address; readonly bytes: number } | undefined
  #half: number | undefined

  constructor(signer: Address, transport: WebSocketTransport, tell: (news: PartyNews) => void) {
    this.signer = signer
    this.#transport = transport
    this.#tell = tell
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#transport.listening?.port}`
  }

  start(): Promise<void> {
    return this.#transport.start(this)
  }

  stop(): Promise<void> {
    return this.#transport.stop()
  }

  async connect(peer: Address, url: string): Promise<void> {
    await this.#transport.connect(peer, url)
  }

  send(round: number, hub: Address, payee: Address, { toHub, direct }: LimitSizes): number {
    const at = monotonicNow()
    this.#sessions.get(hub)?.send(frame(round, toHub))
    this.#sessions.get(payee)?.send(frame(round, direct))
    return at
  }

  forward(payee: Address, bytes: number): void {
    this.#next = { payee, bytes }
  }

  opened(session: Session): void {
    this.#sessions.set(session.peer, session)
  }

  closed(session: Session): void {
    this.#sessions.delete(session.peer)
  }

  frame(_session: Session, bytes: Uint8Array): void {
    const round = roundOf(bytes)
    if (this.#next !== undefined) this.#sessions.get(this.#next.payee)?.send(frame(round, this.#next.bytes))
    else if (this.#half === round) this.#tell({ type: 'limit', round, at: monotonicNow() })
    else this.#half = round
  }
}
