import type { Clock, ConnectOptions, Log, Session, Transport, TransportHandler } from '@sluice/engine'
import {
  type Address,
  type Crypto,
  createDigests,
  type Domain,
  type Signer,
  VERSIONS,
  type VersionRange,
} from '@sluice/protocol'
import { systemClock } from '../system/system.ts'
import { TransportError } from './errors.ts'
import { defaultTransportLimits, type TransportLimits } from './limits.ts'
import {
  type Established,
  HANDSHAKE_BYTES,
  type HandshakeOutcome,
  type HandshakeStep,
  type Identity,
  initiate,
} from './session/handshake.ts'
import { malformed } from './session/hello.ts'
import type { Primitives } from './session/primitives.ts'
import { recordBytes } from './session/records.ts'
import { SecureSession } from './session/session.ts'
import { SessionTable } from './session/table.ts'
import type { Accept, Dial, Listener, Wire } from './sockets/wire.ts'

/** A peer that lost a session dials again; that the old one is dead is found out within this time. Milliseconds. */
const PROBE_MS = 2_000
const INSTANCE_BYTES = 8

/** What every transport over sockets needs. */
export interface TransportOptions {
  readonly signer: Signer
  readonly crypto: Crypto
  /** The chain and contract that every session is bound to: `chain.domain`. */
  readonly domain: Domain
  /** Default: the machine's own. */
  readonly clock?: Clock
  readonly log?: Log
  readonly limits?: Partial<TransportLimits>
  /** Which versions of the protocol to speak; default: all that this code knows. */
  readonly versions?: VersionRange
}

/** What a platform brings to a transport. */
export interface Platform {
  /** Brings the cryptography of sessions, which may have to be loaded first. */
  readonly primitives: () => Promise<Primitives>
  readonly dial: Dial
  /** How peers are taken; left out by who only dials. */
  readonly listening?: {
    readonly listen: (accept: Accept, limits: TransportLimits, messageBytes: number) => Promise<Listener>
    readonly respond: (identity: Identity) => HandshakeStep
  }
}

/** Sessions over message sockets: dialling, being dialled, and which session with a peer is the one. */
export class SocketTransport implements Transport {
  readonly #options: TransportOptions
  readonly #clock: Clock
  readonly #platform: Platform
  readonly #limits: TransportLimits
  readonly #self: Address
  #identity: Promise<Identity> | undefined
  readonly #table: SessionTable
  readonly #dials = new Map<Address, Promise<Session>>()
  readonly #wires = new Set<Wire>()
  readonly #stopping = new AbortController()
  #handler: TransportHandler | undefined
  #listener: Listener | undefined

  constructor(options: TransportOptions, platform: Platform) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#platform = platform
    this.#limits = { ...defaultTransportLimits, ...options.limits }
    this.#self = options.signer.address
    this.#table = new SessionTable(this.#self)
  }

  async start(handler: TransportHandler): Promise<void> {
    this.#handler = handler
    const identity = await this.#identify()
    const { listening } = this.#platform
    if (listening === undefined) return
    const accept: Accept = (wire, authenticated) => {
      const session = this.#handshake(wire, identity, listening.respond(identity))
      const prove = ({ peer }: Session): void => authenticated(() => this.#handler?.isKnown?.(peer) ?? true)
      session.then(prove, (error) => this.#refused(error))
    }
    this.#listener = await listening.listen(accept, this.#limits, recordBytes(this.#limits.frameBytes))
  }

  /** Who shakes hands here, once the cryptography is there. What could not be loaded is loaded again when it is next needed. */
  #identify(): Promise<Identity> {
    this.#identity ??= this.#load().catch((cause) => {
      this.#identity = undefined
      throw new TransportError('TRANSPORT_CRYPTO_MISSING', { reason: String(cause) }, cause)
    })
    return this.#identity
  }

  async #load(): Promise<Identity> {
    const { signer, crypto, domain, versions = VERSIONS } = this.#options
    const primitives = await this.#platform.primitives()
    const instance = primitives.random(INSTANCE_BYTES)
    return { signer, crypto, digests: createDigests(domain, crypto), primitives, versions, instance }
  }

  connect(peer: Address, url: string, options: ConnectOptions = {}): Promise<Session> {
    const live = this.#table.get(peer)
    if (live !== undefined) return Promise.resolve(live)
    const dialled = this.#dials.get(peer) ?? this.#dial(peer, url, options).finally(() => this.#dials.delete(peer))
    this.#dials.set(peer, dialled)
    return dialled
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const session of this.#table.all()) session.close()
    for (const wire of this.#wires) wire.close()
    await Promise.allSettled(this.#dials.values())
    await Promise.all([...this.#wires].map((wire) => wire.gone))
    await this.#listener?.close()
  }

  async #dial(peer: Address, url: string, { publicOnly = false }: ConnectOptions): Promise<Session> {
    if (this.#stopping.signal.aborted) throw new TransportError('TRANSPORT_STOPPED')
    if (peer === this.#self) throw new TransportError('TRANSPORT_SELF', { peer })
    const identity = await this.#identify()
    let session: Promise<Session> | undefined
    await this.#platform.dial(url, {
      messageBytes: recordBytes(this.#limits.frameBytes),
      timeoutMs: this.#limits.handshakeMs,
      signal: this.#stopping.signal,
      publicOnly,
      opened: (wire) => {
        const { first, step } = initiate(identity, peer)
        session = this.#handshake(wire, identity, step)
        wire.send(first)
      },
    })
    if (session === undefined) throw new TransportError('TRANSPORT_STOPPED')
    return session
  }

  /** Drives a handshake to its end. The session takes the wire over in the turn of the last message, so that none is lost. */
  #handshake(wire: Wire, { primitives }: Identity, step: HandshakeStep): Promise<Session> {
    this.#track(wire)
    return new Promise((resolve, reject) => {
      let isOver = false
      const finish = (): void => {
        isOver = true
        cancel()
      }
      const fail = (error: TransportError): void => {
        finish()
        reject(error)
        wire.destroy()
      }
      const milliseconds = this.#limits.handshakeMs
      const cancel = this.#clock.after(milliseconds, () =>
        fail(new TransportError('TRANSPORT_TIMEOUT', { milliseconds })),
      )
      const take = (bytes: Uint8Array): void => {
        const { reply, established, refusal } = takeStep(step, bytes)
        if (reply !== undefined) wire.send(reply)
        if (refusal === undefined && established === undefined) return
        finish()
        if (established !== undefined) resolve(this.#open(wire, primitives, established))
        else {
          reject(refusal)
          wire.close()
        }
      }
      wire.listen({
        message: (bytes) => {
          if (isOver) return
          try {
            take(bytes)
          } catch (cause) {
            fail(cause instanceof TransportError ? cause : new TransportError('TRANSPORT_ENDED', {}, cause))
          }
        },
        closed: () => fail(new TransportError('TRANSPORT_ENDED')),
      })
    })
  }

  /** Both ends have proved their keys. Returns the session that is the one with this peer from now on. */
  #open(wire: Wire, primitives: Primitives, established: Established): Session {
    const session = new SecureSession({
      established,
      wire,
      primitives,
      limits: this.#limits,
      clock: this.#clock,
      handler: {
        frame: (of, frame) => this.#handler?.frame(of, frame),
        closed: (of) => this.#closed(of),
      },
    })
    const verdict = this.#table.admit(session)
    if (verdict.keep === 'old') {
      session.close()
      verdict.old.probe(PROBE_MS)
      return verdict.old
    }
    if (verdict.replaced !== undefined) {
      verdict.replaced.close()
      this.#handler?.closed(verdict.replaced)
    }
    const { peer, role, version } = session
    this.#options.log?.debug('session.opened', { peer, dialled: role === 0, version })
    this.#handler?.opened(session)
    return session
  }

  #closed(session: SecureSession): void {
    if (!this.#table.remove(session)) return
    this.#options.log?.debug('session.closed', { peer: session.peer })
    this.#handler?.closed(session)
  }

  #refused(error: unknown): void {
    if (!(error instanceof TransportError)) throw error
    // Of all that may be said by whoever dials, this is what an operator can mend.
    const level = error.code === 'TRANSPORT_NO_COMMON_VERSION' ? 'info' : 'debug'
    this.#options.log?.[level]('session.refused', { code: error.code, reason: error.message })
  }

  #track(wire: Wire): void {
    this.#wires.add(wire)
    wire.gone.then(() => this.#wires.delete(wire))
    if (this.#stopping.signal.aborted) wire.destroy()
  }
}

function takeStep(step: HandshakeStep, bytes: Uint8Array): HandshakeOutcome {
  if (bytes.length > HANDSHAKE_BYTES) throw malformed(`${bytes.length} bytes`)
  return step(bytes)
}
