import { type Address, encodeFrame, type ReliableMessage, type VolatileMessage } from '@sluice/protocol'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import type { Notification } from '../ports/views.ts'
import { outboxKey } from '../records/outbox.ts'
import { newPeer } from '../records/peer.ts'
import type { State } from '../records/state.ts'
import type { Loop, LoopEvent } from './loop.ts'

/** What a transaction asks of the sessions, all after a commit. */
export interface Links {
  isConnected(peer: Address): boolean
  /** How many stored messages the peer has not acknowledged. */
  pending(peer: Address): number
  /** Sends a stored data frame, if its turn is come. */
  transmit(peer: Address, number: bigint, frame: Uint8Array): void
  volatile(peer: Address, frame: Uint8Array): void
  /** The peer's url is known now: connects if no session stands. */
  reach(peer: Address): void
}

export interface TransactionParts {
  readonly env: Environment
  readonly state: State
  readonly chain: ChainReader
  readonly links: Links
  readonly loop: Loop
  readonly now: () => number
  readonly notify: (notification: Notification) => void
}

/** The engine's own view of a transaction: {@link Tx} and what flows have no business with. */
export interface Transaction extends Tx {
  readonly state: State
  /** Another event of the same batch, with its own outcome. */
  follow(event: LoopEvent): void
}

/** The one transaction object: which event's changes it makes is the loop's business. */
export function createTransaction(parts: TransactionParts): Transaction {
  const { env, state, chain, links, loop } = parts
  const tx: Transaction = {
    env,
    state,
    chain,
    get now() {
      return parts.now()
    },
    channels: state.channels,
    virtuals: state.virtuals,
    channelsWith: (peer) => [...state.channels.named(peer)],
    isDepositing: (channelId) =>
      [...state.deposits.named(channelId)].some((key) => state.deposits.get(key)?.failed === undefined),
    virtualsOn: (channelId) => [...state.virtuals.named(channelId)],
    virtualsIn: (status) => [...state.virtuals.named(status)],
    send: (peer, message) => send(parts, peer, message),
    canSend: (peer) => links.pending(peer) < env.policy.queueMax,
    volatile(peer, message: VolatileMessage) {
      const frame = encodeFrame({ kind: 'volatile', message })
      loop.afterCommit(() => links.volatile(peer, frame))
    },
    connected: (peer) => links.isConnected(peer),
    reach: (peer, url) => reach(parts, peer, url),
    notify: (notification) => loop.afterCommit(() => parts.notify(notification)),
    atEnd: (key, run) => loop.atEnd(key, () => run(tx)),
    wake: (topic) => loop.touch(topic),
    afterCommit: (run) => loop.afterCommit(run),
    follow: (event) => loop.follow(event),
  }
  return tx
}

function send({ state, links, loop }: TransactionParts, peer: Address, message: ReliableMessage): void {
  const record = state.peers.get(peer) ?? newPeer(peer)
  const number = record.next
  const frame = encodeFrame({ kind: 'data', number, message })
  state.outbox.set(outboxKey(peer, number), { peer, number, frame })
  state.peers.set(peer, { ...record, next: number + 1n })
  loop.afterCommit(() => links.transmit(peer, number, frame))
}

function reach({ state, links, loop }: TransactionParts, peer: Address, url: string): void {
  const record = state.peers.get(peer) ?? newPeer(peer)
  if (record.url !== url) state.peers.set(peer, { ...record, url })
  loop.afterCommit(() => links.reach(peer))
}
