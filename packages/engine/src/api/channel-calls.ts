import type { Address, ChannelRecord, Id } from '@sluice/protocol'
import { awaitDeposit, requestDeposit } from '../channels/deposit.ts'
import { propose } from '../channels/propose.ts'
import { pursueClose } from '../channels/pursue-close.ts'
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
  if (peers.isConnected(peer)) return
  const known = tx.state.peers.committed(peer)?.url
  if (known === undefined) throw new EngineError('PEER_UNKNOWN_URL', { peer })
  try {
    await peers.connect(peer, known)
  } catch (cause) {
    if (!peers.isConnected(peer)) throw new EngineError('PEER_UNREACHABLE', { peer, url: known }, cause)
  }
  await loop.call(() => {
    const lost = tx.state.peers.get(peer)?.lost
    if (lost !== undefined) throw new EngineError('PEER_FROZEN', { peer, reason: lost })
    const incompatibility = peers.incompatibility(peer)
    if (incompatibility !== undefined) throw incompatibility
    if (!peers.hasSession(peer)) throw new EngineError('PEER_UNREACHABLE', { peer, url: known })
    return peers.isConnected(peer) || new Waiting(`a session with ${peer}`, peerTopic(peer))
  })
}

/** Proposes, deposits, and waits for the final block. */
export async function openChannel(core: Core, options: OpenChannelOptions): Promise<ChannelView> {
  const { tx, loop, peers, rejections } = core
  const { peer, deposit } = options
  await connect(core, peer, options.url)
  let begun: { readonly channelId: Id; readonly deposit: string } | undefined
  await loop.call(() => {
    const account = peers.accountOf(peer)
    if (account === undefined) throw new EngineError('PEER_UNREACHABLE', { peer, url: options.url ?? 'its known url' })
    const channelId = propose(tx, options, account)
    begun = { channelId, deposit: requestDeposit(tx, channelId, deposit) }
    return true
  })
  if (begun === undefined) throw new EngineError('ENGINE_STOPPED')
  const { channelId, deposit: key } = begun
  const isAgreed = await loop.call(() => {
    const channel = tx.channels.get(channelId)
    if (channel === undefined) {
      tx.state.deposits.set(key, undefined)
      return false
    }
    if (channel.status === 'proposed') return new Waiting(`${peer} to agree to the channel`, channelId)
    return true
  })
  const rejection = rejections.get(channelId)
  rejections.delete(channelId)
  if (rejection !== undefined) throw new EngineError('CHANNEL_REJECTED', { peer, ...rejection })
  if (!isAgreed) throw new EngineError('CHANNEL_UNANSWERED', { peer })
  await deposited(core, channelId, key)
  return loop.call(() => viewOf(core, channelId))
}

/** A failed deposit is told once and then forgotten. */
async function deposited(core: Core, channelId: Id, key: string): Promise<void> {
  const { tx, loop } = core
  try {
    await loop.call(() => awaitDeposit(tx, channelId, key))
  } catch (error) {
    await loop.call(() => {
      if (tx.state.deposits.get(key)?.failed !== undefined) tx.state.deposits.set(key, undefined)
    })
    throw error
  }
}

export async function topUp(core: Core, channelId: Id, amount: bigint): Promise<ChannelView> {
  const { tx, loop } = core
  const key = await loop.call(() => {
    const channel = channelOf(tx, channelId)
    const { ended } = tx.chain.channel(channelId)
    if (channel.status !== 'agreed' || ended !== undefined) {
      throw new EngineError('CHANNEL_NOT_OPEN', { channelId, status: channelView(tx, channel).status })
    }
    return requestDeposit(tx, channelId, amount)
  })
  await deposited(core, channelId, key)
  return loop.call(() => viewOf(core, channelId))
}

export async function withdraw(core: Core, channelId: Id, amount: bigint): Promise<ChannelView> {
  const { tx, loop, refusals } = core
  const total = await loop.call(() => {
    refusals.withdrawals.delete(channelId)
    return requestWithdrawal(tx, channelId, amount)
  })
  await loop.call(() => {
    const code = refusals.withdrawals.get(channelId)
    if (code !== undefined) throw new EngineError('WITHDRAW_REFUSED', { peer: channelOf(tx, channelId).peer, code })
    return awaitWithdrawal(tx, channelId, total)
  })
  return loop.call(() => viewOf(core, channelId))
}

export async function closeChannel(
  core: Core,
  channelId: Id,
  mode: 'auto' | 'cooperative' | 'unilateral',
): Promise<ChannelView> {
  const { tx, loop, refusals } = core
  await loop.call(() => {
    refusals.closes.delete(channelId)
    pursueClose(tx, channelId, mode)
  })
  try {
    return await loop.call(() => {
      const channel = channelOf(tx, channelId)
      if (channel.status !== 'agreed') return channelView(tx, channel)
      if (mode === 'cooperative') checkFollows(core, channel)
      return new Waiting(channelView(tx, channel).waitingFor ?? 'the chain', channelId)
    })
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CLOSE_REFUSED')
      await loop.call(() => keepChannel(core, channelId))
    throw error
  }
}

/** A close that is only wanted together fails when the peer refuses, or its time is up. */
function checkFollows({ refusals }: Core, { channelId, peer, wish }: ChannelRecord): void {
  const code = refusals.closes.get(channelId) ?? (wish === 'keep' ? 'it did not follow in time' : undefined)
  if (code !== undefined) throw new EngineError('CLOSE_REFUSED', { peer, channelId, code })
}

/** A close together that failed is no longer wanted. */
function keepChannel({ tx }: Core, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (channel.wish === 'together') tx.channels.set(channelId, { ...channel, wish: 'keep' })
}
