import {
  type Address,
  decodeFrame,
  encodeFrame,
  type Feature,
  type FeatureOffer,
  type Frame,
  featureNumbers,
  type HelloFrame,
  type Id,
  type IgnoredFrame,
  type PeerMessage,
  type ReliableMessage,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { Links, Transaction } from '../loop/transaction.ts'
import type { Clock } from '../ports/clock.ts'
import type { Session, Transport, TransportHandler } from '../ports/transport.ts'
import { newPeer } from '../records/peer.ts'
import { Allowances } from './allowances.ts'
import { costOf, IGNORED_COST, wastedCost } from './cost.ts'
import { Dialer } from './dialer.ts'
import { agreeOnFeatures } from './features.ts'
import { createHello, findForgotten, findLoss, freshHello } from './hello.ts'
import { Incoming, type PostEvent } from './incoming.ts'
import { createLink, isFreshHello, type Link } from './link.ts'
import { Outgoing } from './outgoing.ts'
import { forgetLoss, forgetPeer, hasNothingToLose, isBeginningAnew, isStranger } from './strangers.ts'

export interface PeersOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly tx: Transaction
  /** Features announced to peers. */
  readonly features: FeatureOffer
  readonly post: PostEvent
  /** Whether the store takes nothing and so much waits for it that messages are refused. */
  readonly isFull: () => boolean
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
  /** Whether a message comes before what it relies on can be seen here. */
  readonly isPremature: (peer: Address, message: PeerMessage) => boolean
  /** Runs within an event, before anything else is said: the peer may remember nothing of this side. */
  readonly onAnew: (peer: Address) => void
}

/** Most bytes that may wait in a session for the network. */
const QUEUED_MAX = 16 * 1024 * 1024

/** Most bytes of what peers say that may wait in all sessions together until their peers may cost more. */
const HELD_MAX = 256 * 1024 * 1024

const TOO_MANY_STRANGERS = 'those without a channel cost more together than they may'

/** The message in a stored frame. */
function messageIn(bytes: Uint8Array | undefined): ReliableMessage | undefined {
  const frame = bytes && decodeFrame(bytes)
  return frame?.kind === 'data' ? frame.message : undefined
}

function countUpdates(messages: readonly (ReliableMessage | undefined)[]): ReadonlyMap<Id, number> {
  const counts = new Map<Id, number>()
  for (const message of messages) {
    if (message?.type !== 'update') continue
    const { channelId } = message.update.voucher
    counts.set(channelId, (counts.get(channelId) ?? 0) + 1)
  }
  return counts
}

/** The sessions with all peers: numbered messages that arrive once, in order, across sessions and restarts; and volatile ones. */
export class Peers implements TransportHandler, Links {
  readonly #options: PeersOptions
  readonly #dialer: Dialer
  readonly #outgoing: Outgoing
  readonly #incoming: Incoming
  readonly #links = new Map<Address, Link>()
  /** Of peers whose url is known: what their features, or this side's, kept the last session from. */
  readonly #incompatible = new Map<Address, EngineError>()
  /** Of peers whose url is known: those whose last session was ended to begin anew. */
  readonly #beginAnewNext = new Set<Address>()
  readonly #allowances: Allowances
  readonly #held = { bytes: 0 }
  #isStopped = false

  constructor(options: PeersOptions) {
    this.#options = options
    const { transport, clock, tx, post, dispatch } = options
    const { policy } = tx.env
    this.#allowances = new Allowances({ clock, policy, isStranger: (peer) => isStranger(tx.state, peer) })
    this.#outgoing = new Outgoing({ state: tx.state, clock, post, afterCommit: tx.afterCommit })
    this.#incoming = new Incoming({
      tx,
      post,
      dispatch,
      linkOf: (peer) => this.#links.get(peer),
      breakOff: (link, reason) => this.#disconnect(link, reason),
      onHeldBack: (link) => this.#end(link, new EngineError('STORE_WAITS')),
      isPremature: options.isPremature,
      onRefused: (link, message) => void this.#allowances.spend(link, wastedCost(message, policy)),
    })
    this.#dialer = new Dialer({
      transport,
      clock,
      env: tx.env,
      urlOf: (peer) => tx.state.peers.committed(peer)?.url,
      isPublicOnly: (peer) => tx.state.peers.committed(peer)?.publicOnly === true,
      isWanted: (peer) => !this.#links.has(peer) && options.isWanted(peer),
    })
  }

  /** Begins to talk. */
  async start(): Promise<void> {
    const { tx, transport } = this.#options
    this.#outgoing.start()
    this.#options.post(() => {
      for (const [peer] of [...tx.state.peers.entries()]) this.forget(peer)
    })
    await transport.start(this)
    for (const [peer] of tx.state.peers.allCommitted()) this.#dialer.consider(peer)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#outgoing.stop()
    this.#dialer.stop()
    for (const link of this.#links.values()) this.#release(link)
    await this.#options.transport.stop()
  }

  /** Opens a session, or leaves the one that stands. @throws what the transport's `connect` throws. */
  async connect(peer: Address, url: string): Promise<void> {
    this.#incompatible.delete(peer)
    const publicOnly = this.#options.tx.state.peers.committed(peer)?.publicOnly === true
    if (!this.#links.has(peer)) await this.#options.transport.connect(peer, url, { publicOnly })
  }

  /** Whether a session stands, ready or not yet. */
  hasSession(peer: Address): boolean {
    return this.#links.has(peer)
  }

  /** The account that the peer announced in this session; undefined without one. */
  accountOf(peer: Address): Address | undefined {
    return this.#links.get(peer)?.account
  }

  /** Why this side and the peer can't talk, by the last session with it; undefined if they can, or that is not known. */
  incompatibility(peer: Address): EngineError | undefined {
    return this.#incompatible.get(peer)
  }

  /** Whether the last session with the peer was ended only since one of the two had lost data that no channel needs: the next begins anew. */
  beginsAnew(peer: Address): boolean {
    return this.#beginAnewNext.has(peer)
  }

  isConnected(peer: Address): boolean {
    return this.#links.get(peer)?.isReady === true
  }

  commonFeatures(peer: Address): readonly Feature[] {
    const link = this.#links.get(peer)
    return link?.isReady === true ? link.features : []
  }

  pending(peer: Address): number {
    return this.#outgoing.pending(peer)
  }

  reach(peer: Address): void {
    this.#dialer.consider(peer)
  }

  transmit(peer: Address, number: bigint, frame: Uint8Array): void {
    const link = this.#links.get(peer)
    if (link === undefined || !link.isReady || number <= link.sent) return
    link.sent = number
    this.#send(link, frame)
  }

  volatile(peer: Address, frame: Uint8Array): void {
    const link = this.#links.get(peer)
    if (link?.isReady) this.#send(link, frame)
  }

  /**
   * Within an event, while no session stands: forgets a peer with whom nothing is left, and what waited for it; of one with whom no channel
   * is left, that data was lost.
   */
  forget(peer: Address): void {
    const { tx } = this.#options
    if (this.#links.has(peer) || tx.state.peers.get(peer) === undefined) return
    const kept = this.#outgoing.keysOf(peer)
    const isForgotten = forgetPeer(tx, peer, kept)
    if (!isForgotten && !forgetLoss(tx, peer, kept)) return
    this.#outgoing.reset(peer)
    if (!isForgotten) return
    this.#allowances.forget(peer)
    this.#dialer.forget(peer)
  }

  /** Within an event: takes what peers have acknowledged off the disk. */
  sweep(): void {
    this.#outgoing.sweep()
  }

  isKnown(peer: Address): boolean {
    return !isStranger(this.#options.tx.state, peer)
  }

  opened(session: Session): void {
    const { peer } = session
    const { tx, clock, features, isFull } = this.#options
    if (this.#isStopped || isFull()) {
      session.close()
      return
    }
    const allowance = this.#allowances.of(peer)
    if (!this.#allowances.spendSession(allowance)) {
      tx.env.log.debug('session refused', { peer, reason: TOO_MANY_STRANGERS })
      session.close()
      return
    }
    this.#beginAnewNext.delete(peer)
    const isAnew = isBeginningAnew(tx.state, peer)
    const oldest = isAnew ? 1n : this.#outgoing.acknowledged(peer) + 1n
    const parts = { oldest, account: tx.env.account, features: featureNumbers(features) }
    const hello = isAnew ? freshHello(parts) : createHello(tx.state, peer, parts)
    const before = this.#links.get(peer)
    if (before !== undefined) this.#release(before)
    this.#links.set(peer, createLink(session, clock.now(), hello, allowance, this.#held))
    before?.session.close()
    session.send(encodeFrame(hello))
  }

  closed(session: Session): void {
    const { peer } = session
    const link = this.#links.get(peer)
    if (link?.session !== session) return
    this.#links.delete(peer)
    this.#release(link)
    if (this.#isStopped) return
    const { clock, tx, post, onDisconnected } = this.#options
    const lasted = clock.now() - link.since
    if (link.isReady && lasted >= tx.env.policy.reconnectMax) this.#dialer.succeeded(peer)
    post(() => {
      onDisconnected(peer, link.isReady)
      this.forget(peer)
    })
    this.#dialer.consider(peer)
  }

  frame(session: Session, bytes: Uint8Array): void {
    const link = this.#links.get(session.peer)
    if (link?.session !== session) return
    if (!link.isHeld) this.#read(link, bytes)
    else if (!link.held.push(bytes)) this.#disconnect(link, 'it says more than it may')
    else if (this.#held.bytes > HELD_MAX)
      this.#disconnect(this.#longestHeld(link), 'what all say is more than may wait')
  }

  #longestHeld(link: Link): Link {
    return [...this.#links.values()].reduce((most, one) => (one.held.bytes > most.held.bytes ? one : most), link)
  }

  /** The peer cost more than it may: what it says next waits. One without a channel is cut off. Returns whether the session goes on. */
  #charge(link: Link, cost: number): boolean {
    const wait = this.#allowances.spend(link, cost)
    if (wait === 0) return true
    if (link.isStranger) {
      Object.assign(link, this.#allowances.of(link.session.peer))
      if (link.isStranger) this.#disconnect(link, 'it costs more than one without a channel may')
      return !link.isStranger
    }
    link.isHeld = true
    link.goOn = this.#options.clock.after(wait, () => this.#goOn(link))
    return true
  }

  /** Reads what waited, as far as the peer may cost it now. */
  #goOn(link: Link): void {
    link.isHeld = false
    while (!link.isHeld) {
      const bytes = link.held.take()
      if (bytes === undefined) return
      this.#read(link, bytes)
    }
  }

  /** The session is over, or another took its place: nothing of it is kept. */
  #release(link: Link): void {
    link.goOn?.()
    link.held.clear()
  }

  #read(link: Link, bytes: Uint8Array): void {
    let frame: Frame | IgnoredFrame
    try {
      frame = decodeFrame(bytes)
    } catch (error) {
      this.#disconnect(link, `undecodable: ${String(error)}`)
      return
    }
    if (frame.kind === 'hello') this.#takeHello(link, frame)
    else if (link.isGreeted) this.#take(link, frame, bytes.length)
    else this.#disconnect(link, `${frame.kind} before hello`)
  }

  #take(link: Link, frame: Exclude<Frame, HelloFrame> | IgnoredFrame, bytes: number): void {
    if (!this.#charge(link, 'message' in frame ? costOf(frame.message) : IGNORED_COST)) return
    if (frame.kind === 'ack') this.#takeAck(link, frame.number)
    else if (frame.kind === 'data') this.#takeNumbered(link, frame.number, frame.message, bytes)
    else if (frame.kind === 'volatile') this.#incoming.takeVolatile(link, frame.message, bytes)
    else this.#takeIgnored(link, frame, bytes)
  }

  #takeHello(link: Link, hello: HelloFrame): void {
    if (link.isGreeted) {
      this.#disconnect(link, 'a second hello')
      return
    }
    link.isGreeted = true
    const { peer } = link.session
    const { tx, post, features } = this.#options
    const common = agreeOnFeatures(features, peer, hello.features)
    if (common instanceof EngineError) {
      if (tx.state.peers.committed(peer)?.url !== undefined) this.#incompatible.set(peer, common)
      this.#end(link, common)
      return
    }
    this.#incompatible.delete(peer)
    link.features = common
    link.account = hello.account
    post(() => this.#resume(link, hello))
  }

  /**
   * Within an event: messages flow from where the two hellos say that they stopped, unless one side lost data. With a peer of whom that is known, hellos
   * are all that is said: by them it finds out, too.
   */
  #resume(link: Link, hello: HelloFrame): void {
    const { peer } = link.session
    const { tx, onLoss, onConnected } = this.#options
    const known = tx.state.peers.get(peer)?.lost
    if (known !== undefined) {
      tx.afterCommit(() => this.#disconnect(link, known))
      return
    }
    const isAnew = link.isFresh || isFreshHello(hello)
    const loss = isAnew ? this.#beginAnew(link, peer) : findLoss(tx, peer, hello, this.#outgoing.acknowledged(peer))
    if (loss !== undefined) {
      const record = tx.state.peers.get(peer) ?? newPeer(peer)
      tx.state.peers.set(peer, { ...record, lost: loss })
      if (!hasNothingToLose(tx.state, peer)) onLoss(peer, loss)
      const isAnewNext = hasNothingToLose(tx.state, peer) && record.url !== undefined
      tx.afterCommit(() => {
        if (isAnewNext) this.#beginAnewNext.add(peer)
        this.#disconnect(link, loss)
      })
      return
    }
    tx.afterCommit(() => {
      if (this.#links.get(peer) !== link) return
      const next = isAnew ? 1n : hello.next
      this.#outgoing.acknowledge(peer, next - 1n)
      link.isReady = true
      for (const { number, frame } of this.#outgoing.keptFrom(peer, next)) this.transmit(peer, number, frame)
    })
    tx.follow({ run: () => onConnected(peer) })
  }

  /** One of the two remembers nothing of the other: both count from 1 again, unless something is lost by it, which is returned. */
  #beginAnew(link: Link, peer: Address): string | undefined {
    const { tx } = this.#options
    const keys = this.#outgoing.keysOf(peer)
    const messages = keys.map((key) => messageIn(tx.state.outbox.get(key)?.frame))
    const loss = link.isFresh ? undefined : findForgotten(tx, peer, countUpdates(messages))
    if (loss !== undefined) return loss
    for (const key of keys) tx.state.outbox.set(key, undefined)
    const record = tx.state.peers.get(peer)
    if (record !== undefined && (record.next > 1n || record.expected > 1n)) {
      tx.state.peers.set(peer, { ...record, next: 1n, expected: 1n })
      this.#outgoing.reset(peer)
    }
    this.#options.onAnew(peer)
    for (const message of messages) if (message !== undefined && message.type !== 'propose') tx.send(peer, message)
    return undefined
  }

  #takeIgnored(link: Link, { name, number }: IgnoredFrame, bytes: number): void {
    this.#options.tx.env.log.debug('message ignored', { peer: link.session.peer, name })
    if (number !== undefined) this.#takeNumbered(link, number, undefined, bytes)
  }

  #takeNumbered(link: Link, number: bigint, message: PeerMessage | undefined, bytes: number): void {
    const { state, env } = this.#options.tx
    const { queueMax, strangerQueueMax } = env.policy
    const max = isStranger(state, link.session.peer) ? strangerQueueMax : 2 * queueMax
    if (this.pending(link.session.peer) > max) this.#disconnect(link, 'it acknowledges nothing')
    else this.#incoming.takeNumbered(link, number, message, bytes)
  }

  #takeAck(link: Link, number: bigint): void {
    const { peer } = link.session
    const next = this.#options.tx.state.peers.committed(peer)?.next ?? 1n
    if (number >= next) this.#disconnect(link, `it acknowledges message ${number}, which was not sent`)
    else this.#outgoing.acknowledge(peer, number)
  }

  /** A peer that does not read its session is cut off: what it did not get is sent again when it is back. */
  #send(link: Link, frame: Uint8Array): void {
    if (link.session.queued > QUEUED_MAX) this.#disconnect(link, 'it does not read what it is sent')
    else link.session.send(frame)
  }

  #disconnect(link: Link, reason: string): void {
    this.#end(link, new EngineError('PEER_PROTOCOL', { peer: link.session.peer, reason }))
  }

  #end(link: Link, error: EngineError): void {
    this.#options.tx.env.log.warn('session ended', { code: error.code, reason: error.message, ...error.details })
    link.session.close()
    this.closed(link.session)
  }
}
