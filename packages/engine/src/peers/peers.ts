import {
  type Address,
  decodeFrame,
  encodeFrame,
  type Feature,
  type FeatureOffer,
  featureNumbers,
  type HelloFrame,
  type IgnoredFrame,
  matchFeatures,
  type PeerMessage,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { Links, Transaction } from '../loop/transaction.ts'
import type { Clock } from '../ports/clock.ts'
import type { Session, Transport, TransportHandler } from '../ports/transport.ts'
import { type OutboxRecord, outboxKey } from '../records/outbox.ts'
import { newPeer } from '../records/peer.ts'
import { Dialer } from './dialer.ts'
import { findLoss, makeHello } from './hello.ts'

/** A session with a peer and how far it got. */
interface Link {
  readonly session: Session
  readonly since: number
  /** Both hellos were taken: data flows. */
  isReady: boolean
  wasGreeted: boolean
  /** Where the peer wants its money on chain, by its hello. */
  account?: Address
  /** What both sides can do beyond the base, by both hellos. */
  features: readonly Feature[]
  /** Highest data frame sent in this session. */
  sent: bigint
  /** Highest number acknowledged to the peer in this session. */
  acknowledged: bigint
}

export interface PeersOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly tx: Transaction
  /** What this side tells peers that it can do beyond the base. */
  readonly features: FeatureOffer
  /** Posts an event. */
  readonly post: (run: () => void, failed?: (error: unknown) => void) => void
  /** What the flows make of a message; runs as an event of its own. */
  readonly dispatch: (peer: Address, message: PeerMessage) => void
  /** A session stands: runs within an event. */
  readonly onConnected: (peer: Address) => void
  /** Runs within an event. `wasReady`: both hellos had been taken. */
  readonly onDisconnected: (peer: Address, wasReady: boolean) => void
  /** Whether something is left to say to the peer, so that a session is wanted. */
  readonly isWanted: (peer: Address) => boolean
  /** Runs within an event: one of the two lost data. */
  readonly onLoss: (peer: Address, reason: string) => void
}

/** Most bytes that may wait in a session for the network. */
const QUEUED_MAX = 16 * 1024 * 1024

/** How long an acknowledged message may stay on disk for want of another commit. Milliseconds. */
const SWEEP_AFTER = 1000

/** The sessions with all peers: numbered messages that arrive once, in order, across sessions and restarts; and volatile ones. */
export class Peers implements TransportHandler, Links {
  readonly #options: PeersOptions
  readonly #dialer: Dialer
  readonly #links = new Map<Address, Link>()
  /** Highest number that each peer acknowledged. */
  readonly #acked = new Map<Address, bigint>()
  /** Highest number that each peer acknowledged and that is off the disk. */
  readonly #swept = new Map<Address, bigint>()
  /** Of peers whose url is known: what their features, or this side's, kept the last session from. */
  readonly #incompatible = new Map<Address, EngineError>()
  #cancelSweep: (() => void) | undefined
  #isStopped = false

  constructor(options: PeersOptions) {
    this.#options = options
    const { transport, clock, tx } = options
    this.#dialer = new Dialer({
      transport,
      clock,
      env: tx.env,
      urlOf: (peer) => tx.state.peers.committed(peer)?.url,
      isWanted: (peer) => !this.#links.has(peer) && options.isWanted(peer),
    })
  }

  /** Begins to talk. */
  async start(): Promise<void> {
    const { state } = this.#options.tx
    for (const [peer, { next }] of state.peers.allCommitted()) {
      let oldest = next
      for (const key of state.outbox.named(peer)) {
        const number = state.outbox.committed(key)?.number ?? next
        if (number < oldest) oldest = number
      }
      this.#acked.set(peer, oldest - 1n)
      this.#swept.set(peer, oldest - 1n)
    }
    await this.#options.transport.start(this)
    for (const [peer] of state.peers.allCommitted()) this.#dialer.consider(peer)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelSweep?.()
    this.#dialer.stop()
    await this.#options.transport.stop()
  }

  /** Opens a session, or leaves the one that stands. @throws what the transport's `connect` throws. */
  async connect(peer: Address, url: string): Promise<void> {
    this.#incompatible.delete(peer)
    if (!this.#links.has(peer)) await this.#options.transport.connect(peer, url)
  }

  /** Whether a session stands, ready or not yet. */
  hasSession(peer: Address): boolean {
    return this.#links.has(peer)
  }

  /** The account that the peer told in this session; undefined without one. */
  accountOf(peer: Address): Address | undefined {
    return this.#links.get(peer)?.account
  }

  /** Why this side and the peer can't talk, by the last session that it dialled; undefined if they can, or that is not known. */
  incompatibility(peer: Address): EngineError | undefined {
    return this.#incompatible.get(peer)
  }

  isConnected(peer: Address): boolean {
    return this.#links.get(peer)?.isReady === true
  }

  commonFeatures(peer: Address): readonly Feature[] {
    const link = this.#links.get(peer)
    return link?.isReady === true ? link.features : []
  }

  pending(peer: Address): number {
    const next = this.#options.tx.state.peers.get(peer)?.next ?? 1n
    return Number(next - 1n - (this.#acked.get(peer) ?? 0n))
  }

  reach(peer: Address): void {
    this.#dialer.consider(peer)
  }

  transmit(peer: Address, number: bigint, frame: Uint8Array): void {
    const link = this.#links.get(peer)
    if (link === undefined || !link.isReady || number <= link.sent) return
    link.sent = number
    this.#say(link, frame)
  }

  volatile(peer: Address, frame: Uint8Array): void {
    const link = this.#links.get(peer)
    if (link?.isReady) this.#say(link, frame)
  }

  /** A peer that does not read its session is cut off: what it did not get is sent again when it is back. */
  #say(link: Link, frame: Uint8Array): void {
    if (link.session.queued > QUEUED_MAX) this.#breakOff(link, 'it does not read what it is sent')
    else link.session.send(frame)
  }

  opened(session: Session): void {
    const { peer } = session
    const before = this.#links.get(peer)
    const { tx, clock, features } = this.#options
    if (this.#isStopped || tx.state.peers.committed(peer)?.lost !== undefined) {
      session.close()
      return
    }
    this.#links.set(peer, {
      session,
      since: clock.now(),
      isReady: false,
      wasGreeted: false,
      features: [],
      sent: 0n,
      acknowledged: 0n,
    })
    before?.session.close()
    const oldest = (this.#acked.get(peer) ?? 0n) + 1n
    const own = { oldest, account: tx.env.account, features: featureNumbers(features) }
    session.send(encodeFrame(makeHello(tx.state, peer, own)))
  }

  closed(session: Session): void {
    const { peer } = session
    const link = this.#links.get(peer)
    if (link?.session !== session) return
    this.#links.delete(peer)
    if (this.#isStopped) return
    const { clock, tx, post, onDisconnected } = this.#options
    const lasted = clock.now() - link.since
    if (link.isReady && lasted >= tx.env.policy.reconnectMax) this.#dialer.succeeded(peer)
    post(() => onDisconnected(peer, link.isReady))
    this.#dialer.consider(peer)
  }

  frame(session: Session, bytes: Uint8Array): void {
    const link = this.#links.get(session.peer)
    if (link?.session !== session) return
    let frame: ReturnType<typeof decodeFrame>
    try {
      frame = decodeFrame(bytes)
    } catch (error) {
      this.#breakOff(link, `undecodable: ${String(error)}`)
      return
    }
    if (frame.kind === 'hello') this.#takeHello(link, frame)
    else if (!link.wasGreeted) this.#breakOff(link, `${frame.kind} before hello`)
    else if (frame.kind === 'ack') this.#takeAck(link, frame.number)
    else if (frame.kind === 'data') this.#takeData(link, frame.number, frame.message)
    else if (frame.kind === 'volatile') this.#takeVolatile(link, frame.message)
    else this.#takeIgnored(link, frame)
  }

  #breakOff(link: Link, reason: string): void {
    this.#end(link, new EngineError('PEER_PROTOCOL', { peer: link.session.peer, reason }))
  }

  #end(link: Link, error: EngineError): void {
    this.#options.tx.env.log.warn('session ended', { ...error.details, code: error.code, reason: error.message })
    link.session.close()
    this.closed(link.session)
  }

  /** Whether the features let the two talk; if not, the session is over. Both sides come to the same by the two hellos. */
  #agreeOnFeatures(link: Link, hello: HelloFrame): boolean {
    const { peer } = link.session
    const { tx, features } = this.#options
    const match = matchFeatures(features, hello.features)
    if (match.type === 'common') {
      link.features = match.features
      this.#incompatible.delete(peer)
      return true
    }
    const error =
      match.type === 'unknown'
        ? new EngineError('PEER_FEATURE_UNKNOWN', { peer, features: match.numbers.join(', ') })
        : new EngineError('PEER_FEATURE_MISSING', { peer, features: match.features.map(({ name }) => name).join(', ') })
    if (tx.state.peers.committed(peer)?.url !== undefined) this.#incompatible.set(peer, error)
    this.#end(link, error)
    return false
  }

  #isCurrent(link: Link): boolean {
    return this.#links.get(link.session.peer) === link
  }

  #takeHello(link: Link, hello: HelloFrame): void {
    if (link.wasGreeted) {
      this.#breakOff(link, 'a second hello')
      return
    }
    link.wasGreeted = true
    if (!this.#agreeOnFeatures(link, hello)) return
    link.account = hello.account
    const { peer } = link.session
    const { tx, post, onLoss, onConnected } = this.#options
    post(() => {
      const loss = findLoss(tx, peer, hello, this.#acked.get(peer) ?? 0n)
      if (loss !== undefined) {
        tx.state.peers.set(peer, { ...(tx.state.peers.get(peer) ?? newPeer(peer)), lost: loss })
        onLoss(peer, loss)
        tx.afterCommit(() => this.#breakOff(link, loss))
        return
      }
      tx.afterCommit(() => {
        if (!this.#isCurrent(link)) return
        this.#noteAck(peer, hello.next - 1n)
        link.isReady = true
        this.#resend(peer, hello.next)
      })
      tx.follow({ run: () => onConnected(peer) })
    })
  }

  /** Sends again all from that number on that is durable. */
  #resend(peer: Address, from: bigint): void {
    const { state } = this.#options.tx
    const kept: OutboxRecord[] = []
    for (const key of state.outbox.named(peer)) {
      const record = state.outbox.committed(key)
      if (record !== undefined && record.number >= from) kept.push(record)
    }
    kept.sort((x, y) => (x.number < y.number ? -1 : 1))
    for (const { number, frame } of kept) this.transmit(peer, number, frame)
  }

  /** `message`: undefined for one that is ignored, which is taken and acknowledged without effect. */
  #takeData(link: Link, number: bigint, message?: PeerMessage): void {
    const { peer } = link.session
    const { tx, post, dispatch } = this.#options
    if (this.pending(peer) > 2 * tx.env.policy.queueMax) {
      this.#breakOff(link, 'it acknowledges nothing')
      return
    }
    const consume = (handle: boolean) => {
      const record = tx.state.peers.get(peer) ?? newPeer(peer)
      if (number > record.expected) {
        tx.afterCommit(() => {
          if (this.#isCurrent(link)) this.#breakOff(link, `message ${number} instead of ${record.expected}`)
        })
        return
      }
      tx.afterCommit(() => this.#acknowledge(peer))
      if (number < record.expected) return
      tx.state.peers.set(peer, { ...record, expected: number + 1n })
      const failed = (error: unknown) => this.#logRefused(peer, message, error)
      if (handle && message !== undefined) tx.follow({ run: () => dispatch(peer, message), failed })
    }
    post(
      () => consume(true),
      (error) => {
        this.#logRefused(peer, message, error)
        post(() => consume(false))
      },
    )
  }

  #takeIgnored(link: Link, { name, number }: IgnoredFrame): void {
    this.#options.tx.env.log.debug('message ignored', { peer: link.session.peer, name })
    if (number !== undefined) this.#takeData(link, number)
  }

  #takeVolatile(link: Link, message: PeerMessage): void {
    const { peer } = link.session
    this.#options.post(
      () => this.#options.dispatch(peer, message),
      (error) => this.#logRefused(peer, message, error),
    )
  }

  #logRefused(peer: Address, message: PeerMessage | undefined, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    this.#options.tx.env.log.warn('message refused', { peer, type: message?.type, code, error: String(error) })
  }

  #acknowledge(peer: Address): void {
    const link = this.#links.get(peer)
    const number = (this.#options.tx.state.peers.committed(peer)?.expected ?? 1n) - 1n
    if (link === undefined || !link.isReady || link.acknowledged >= number) return
    link.acknowledged = number
    link.session.send(encodeFrame({ kind: 'ack', number }))
  }

  #takeAck(link: Link, number: bigint): void {
    const { peer } = link.session
    const next = this.#options.tx.state.peers.committed(peer)?.next ?? 1n
    if (number >= next) this.#breakOff(link, `it acknowledges message ${number}, which was not sent`)
    else this.#noteAck(peer, number)
  }

  #noteAck(peer: Address, number: bigint): void {
    if (number <= (this.#acked.get(peer) ?? 0n)) return
    this.#acked.set(peer, number)
    this.#cancelSweep ??= this.#options.clock.after(SWEEP_AFTER, () => {
      this.#cancelSweep = undefined
      this.#options.post(() => this.sweep())
    })
  }

  /** Within an event: takes what was acknowledged off the disk. Rides along with any commit, and has one of its own only after a while. */
  sweep(): void {
    const { outbox } = this.#options.tx.state
    for (const [peer, acked] of this.#acked) {
      const swept = this.#swept.get(peer) ?? 0n
      if (acked <= swept) continue
      for (let number = swept + 1n; number <= acked; number++) outbox.set(outboxKey(peer, number), undefined)
      this.#options.tx.afterCommit(() => {
        if ((this.#swept.get(peer) ?? 0n) < acked) this.#swept.set(peer, acked)
      })
    }
  }
}
