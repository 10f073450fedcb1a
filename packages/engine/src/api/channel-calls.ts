import type { Address, ClosingIntent, Id } from '@sluice/protocol'
import { awaitClose, beginClose } from '../channels/close.ts'
import {
  awaitDeposit,
  checkAmount,
  depositUnderWay,
  forgetFailedDeposit,
  requestDeposit,
  requestTopUp,
} from '../channels/deposit.ts'
import { awaitAgreement, begunChannel, forgetFailure, propose } from '../channels/propose.ts'
import { channelView } from '../channels/view.ts'
import { awaitWithdrawal, requestWithdrawal } from '../channels/withdraw.ts'
import { EngineError } from '../errors.ts'
import { channelOf } from '../lanes/channel.ts'
import { Waiting } from '../loop/waiting.ts'
import { type Core, peerTopic } from './core.ts'
import type { ChannelView, OpenChannelOptions } from './engine.ts'

const viewOf = (core: Core, channelId: Id): ChannelView => channelView(core.tx, channelOf(core.tx, channelId))

/** Waits until a session with the peer stands, dialling it if that is needed. */
export async function connect(core: Core, peer: Address, url: string | undefined): Promise<void> {
  const { tx, loop, peers } = core
  if (url !== undefined) await loop.call(() => tx.reach(peer, url))
  if (peers.isConnected(peer) || (await dial(core, peer))) return
  if (!(await dial(core, peer))) throw new EngineError('PEER_UNREACHABLE', { peer, url: url ?? 'its known url' })
}

/** Dials a peer and waits for the session. False if it was ended since lost data, which no channel needs, makes the next one begin anew. */
async function dial(core: Core, peer: Address): Promise<boolean> {
  const { tx, loop, peers } = core
  const known = tx.state.peers.committed(peer)?.url
  if (known === undefined) throw new EngineError('PEER_UNKNOWN_URL', { peer })
  try {
    await peers.connect(peer, known)
  } catch (cause) {
    if (!peers.isConnected(peer)) throw new EngineError('PEER_UNREACHABLE', { peer, url: known }, cause)
  }
  return loop.call(() => {
    const lost = tx.state.peers.get(peer)?.lost
    if (lost !== undefined) throw new EngineError('PEER_FROZEN', { peer, reason: lost })
    const incompatibility = peers.incompatibility(peer)
    if (incompatibility !== undefined) throw incompatibility
    if (peers.beginsAnew(peer)) return false
    if (!peers.hasSession(peer)) throw new EngineError('PEER_UNREACHABLE', { peer, url: known })
    return peers.isConnected(peer) || new Waiting(`a session with ${peer}`, peerTopic(peer))
  })
}

/** Waits for what `wait` reads in the records. What they say failed is forgotten by `forget`, once it is thrown to the caller. */
async function settled<T>({ loop }: Core, wait: () => T | Waiting, forget: () => void): Promise<T> {
  try {
    return await loop.call(wait)
  } catch (error) {
    await loop.call(forget)
    throw error
  }
}

/**
 * Proposes, deposits, and waits for the final block. Where an earlier call began a channel that nobody deposited into, it goes on with that
 * one; a deposit that is under way is the one that counts.
 */
export async function openChannel(core: Core, options: OpenChannelOptions): Promise<ChannelView> {
  const { tx, loop, peers } = core
  const { peer, deposit } = options
  checkAmount(deposit)
  if (peer === tx.env.self) throw new EngineError('PEER_IS_SELF', { peer })
  await connect(core, peer, options.url)
  const opening = await loop.call(() => {
    const account = peers.accountOf(peer)
    if (account === undefined) throw new EngineError('PEER_UNREACHABLE', { peer, url: options.url ?? 'its known url' })
    const channelId = begunChannel(tx, options) ?? propose(tx, options, account)
    return { channelId, depositId: depositUnderWay(tx, channelId) ?? requestDeposit(tx, channelId, deposit) }
  })
  const { channelId, depositId } = opening
  await settled(
    core,
    () => awaitAgreement(tx, channelId),
    () => forgetFailure(tx, channelId),
  )
  return deposited(core, channelId, depositId)
}

async function deposited(core: Core, channelId: Id, depositId: string): Promise<ChannelView> {
  const { tx, loop } = core
  await settled(
    core,
    () => awaitDeposit(tx, channelId, depositId),
    () => forgetFailedDeposit(tx, depositId),
  )
  return loop.call(() => viewOf(core, channelId))
}

/** Deposits more, and waits for the final block. */
export async function topUp(core: Core, channelId: Id, amount: bigint): Promise<ChannelView> {
  const { tx, loop } = core
  const depositId = await loop.call(() => requestTopUp(tx, channelId, amount))
  return deposited(core, channelId, depositId)
}

/** Asks the peer for a withdrawal, and waits for the final block. */
export async function withdraw(core: Core, channelId: Id, amount: bigint): Promise<ChannelView> {
  const { tx, loop } = core
  const total = await loop.call(() => requestWithdrawal(tx, channelId, amount))
  await loop.call(() => awaitWithdrawal(tx, channelId, total))
  return loop.call(() => viewOf(core, channelId))
}

/** Closes a channel, and waits for the final block. */
export async function closeChannel(core: Core, channelId: Id, intent: ClosingIntent): Promise<ChannelView> {
  const { tx, loop } = core
  await loop.call(() => beginClose(tx, channelId, intent))
  return loop.call(() => awaitClose(tx, channelId, intent))
}
