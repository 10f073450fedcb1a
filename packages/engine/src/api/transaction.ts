import { type Address, encodeFrame, type ReliableMessage, type VolatileMessage } from '@sluice/protocol'
import type { Loop } from '../loop/loop.ts'
import type { Links, Transaction } from '../loop/transaction.ts'
import { enforcementCost } from '../policy/worth.ts'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import type { LockKeeper } from '../ports/locks/lock-keeper.ts'
import type { ConnectOptions } from '../ports/transport.ts'
import type { Notification } from '../ports/views.ts'
import { channelNames } from '../records/channel-names.ts'
import { outboxKey } from '../records/outbox.ts'
import { newPeer } from '../records/peer.ts'
import { offerNames, type State } from '../records/state.ts'
import { addUsedId, isUsedId, oldestUsedMinute } from '../records/used-ids.ts'
import { virtualNames } from '../records/virtual-names.ts'

export interface TransactionParts {
  readonly env: Environment
  readonly state: State
  readonly chain: ChainReader
  readonly links: Links
  readonly locks: LockKeeper
  readonly loop: Loop
  readonly now: () => number
  readonly gasPrice: () => bigint
  readonly notify: (notification: Notification) => void
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
    offers: state.offers,
    acknowledged: state.acknowledged,
    policies: state.policies,
    told: state.told,
    standings: state.standings,
    unfunded: state.unfunded,
    usedIds: {
      has: (id, nonce) => isUsedId(state.usedIds, id, nonce),
      add: (id, nonce) =>
        addUsedId(state.usedIds, id, nonce, oldestUsedMinute(chain.final?.timestamp ?? 0n, env.policy)),
    },
    locks: parts.locks,
    channelsWith: (peer) => [...state.channels.named(channelNames.with(peer))],
    liveChannels: (peer) => state.channels.count(peer === undefined ? channelNames.live : channelNames.liveWith(peer)),
    isDepositing: (channelId) =>
      [...state.deposits.named(channelId)].some((key) => state.deposits.get(key)?.failed === undefined),
    dropDeposits(channelId) {
      for (const key of [...state.deposits.named(channelId)]) state.deposits.set(key, undefined)
    },
    get enforcementCost() {
      return enforcementCost(env.policy, parts.gasPrice())
    },
    liveVirtuals: () =>
      state.virtuals.size - state.virtuals.count(virtualNames.over) - state.virtuals.count(virtualNames.returning),
    returningVirtuals: () => state.virtuals.count(virtualNames.returning),
    takenFrom: (previous) => state.virtuals.count(virtualNames.takenFrom(previous)),
    writtenOffFrom: (previous) => state.virtuals.count(virtualNames.writtenOffFrom(previous)),
    holdsVirtuals: (channelId) => state.virtuals.count(virtualNames.on(channelId)) > 0,
    virtualsOn: (channelId) => [...state.virtuals.named(virtualNames.on(channelId))],
    virtualsWaitingFor: (channelId) => [...state.virtuals.named(virtualNames.waitingFor(channelId))],
    virtualsReceivedFor: (next) => [...state.virtuals.named(virtualNames.receivedFor(next))],
    virtualsPaidTo: (payee) => [...state.virtuals.named(virtualNames.paidTo(payee))],
    earlyOffers: (from) => state.offers.count(offerNames.early(from)),
    send: (peer, message) => send(parts, peer, message),
    canSend: (peer) => links.pending(peer) < env.policy.queueMax,
    volatile(peer, message: VolatileMessage) {
      const frame = encodeFrame({ kind: 'volatile', message })
      loop.afterCommit(() => links.volatile(peer, frame))
    },
    connected: (peer) => links.isConnected(peer),
    commonFeatures: (peer) => links.commonFeatures(peer),
    reach: (peer, url, options) => reach(parts, peer, url, options),
    forgetPeer: (peer) => links.forget(peer),
    notify: (notification) => loop.afterCommit(() => parts.notify(notification)),
    atEnd: (stage, key, run) => loop.atEnd(stage, key, () => run(tx)),
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

/** What this side's own app says of a peer's url counts more than what others do. */
function reach(
  { state, links, loop }: TransactionParts,
  peer: Address,
  url: string,
  { publicOnly = false }: ConnectOptions = {},
): void {
  const { publicOnly: wasNamed = false, ...record } = state.peers.get(peer) ?? newPeer(peer)
  const isOwn = record.url !== undefined && !wasNamed
  if (!(publicOnly && isOwn) && (record.url !== url || wasNamed !== publicOnly)) {
    state.peers.set(peer, { ...record, url, ...(publicOnly && { publicOnly }) })
  }
  loop.afterCommit(() => links.reach(peer))
}
