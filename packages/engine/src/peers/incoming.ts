import { type Address, encodeFrame, type PeerMessage } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { LoopEvent } from '../loop/loop.ts'
import type { Transaction } from '../loop/transaction.ts'
import { newPeer } from '../records/peer.ts'
import type { Link } from './link.ts'

/** Posts an event; `refusable`: see `LoopEvent`. */
export type PostEvent = (
  run: () => void,
  failed?: (error: unknown) => void,
  changes?: Pick<LoopEvent, 'refusable'>,
) => void

export interface IncomingOptions {
  readonly tx: Transaction
  readonly post: PostEvent
  /** What the flows make of a message; runs as an event of its own. */
  readonly dispatch: (peer: Address, message: PeerMessage) => void
  /** The session with the peer, if one stands. */
  readonly linkOf: (peer: Address) => Link | undefined
  /** Ends a session whose peer broke the protocol. */
  readonly breakOff: (link: Link, reason: string) => void
  /** The store takes nothing and too much waits for it: what the peer says is not taken, and comes again in the next session. */
  readonly onHeldBack: (link: Link) => void
  /** Whether a message comes before what it relies on can be seen here: it is not taken, and comes again in the next session. */
  readonly isPremature: (peer: Address, message: PeerMessage) => boolean
  /** Nothing came of a message. */
  readonly onRefused: (link: Link, message: PeerMessage) => void
}

const isHeldBack = (error: unknown): boolean => error instanceof EngineError && error.code === 'STORE_WAITS'

/** The messages of all peers. A numbered one acts once and in order, and is acknowledged once what it did is durable. */
export class Incoming {
  readonly #options: IncomingOptions

  constructor(options: IncomingOptions) {
    this.#options = options
  }

  /** `message`: undefined for one that is ignored, which is counted and acknowledged all the same. */
  takeNumbered(link: Link, number: bigint, message: PeerMessage | undefined, bytes: number): void {
    const { post, onHeldBack } = this.#options
    post(
      () => this.#consume(link, number, message),
      (error) => {
        if (isHeldBack(error)) {
          onHeldBack(link)
          return
        }
        this.#refused(link, message, error)
        // Sent again, it would fail again: it is taken without effect.
        post(() => this.#consume(link, number, undefined))
      },
      { refusable: bytes },
    )
  }

  takeVolatile(link: Link, message: PeerMessage, bytes: number): void {
    const { post, dispatch } = this.#options
    const { peer } = link.session
    post(
      () => dispatch(peer, message),
      (error) => {
        if (!isHeldBack(error)) this.#refused(link, message, error)
      },
      { refusable: bytes },
    )
  }

  #consume(link: Link, number: bigint, message: PeerMessage | undefined): void {
    const { tx, dispatch, linkOf, breakOff, isPremature } = this.#options
    const { peer } = link.session
    const record = tx.state.peers.get(peer) ?? newPeer(peer)
    const breakOffLater = (reason: string) =>
      tx.afterCommit(() => {
        if (linkOf(peer) === link) breakOff(link, reason)
      })
    if (number > record.expected) {
      breakOffLater(`message ${number} instead of ${record.expected}`)
      return
    }
    if (number === record.expected && message !== undefined && isPremature(peer, message)) {
      breakOffLater('its channel was not paid into by what this side sees of the chain')
      return
    }
    tx.afterCommit(() => this.#acknowledge(peer))
    if (number < record.expected) return
    tx.state.peers.set(peer, { ...record, expected: number + 1n })
    if (message === undefined) return
    const failed = (error: unknown) => this.#refused(link, message, error)
    tx.follow({ run: () => dispatch(peer, message), failed })
  }

  /** Acknowledges all that is durable, once. */
  #acknowledge(peer: Address): void {
    const link = this.#options.linkOf(peer)
    const number = (this.#options.tx.state.peers.committed(peer)?.expected ?? 1n) - 1n
    if (link === undefined || !link.isReady || link.acknowledged >= number) return
    link.acknowledged = number
    link.session.send(encodeFrame({ kind: 'ack', number }))
  }

  #refused(link: Link, message: PeerMessage | undefined, error: unknown): void {
    const { peer } = link.session
    if (message !== undefined) this.#options.onRefused(link, message)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    this.#options.tx.env.log.warn('message refused', { peer, type: message?.type, code, error: String(error) })
  }
}
