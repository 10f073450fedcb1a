import type { ChannelRecord, Id } from '@sluice/protocol'
import { ownSlots } from '../chain/channel-goals.ts'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../loop/tx.ts'
import { beginClosing } from '../virtuals/begin-closing.ts'
import { crankLater } from '../virtuals/later.ts'
import { answerClose, dropExpiredClose, hasLocks, isAgreedClose, signClose } from './close.ts'
import { dropSettledWithdrawals } from './withdraw.ts'

/** Does all that is due for a channel as a whole. Doing it twice changes nothing more. */
export function crankChannel(tx: Tx, channelId: Id): void {
  const channel = tx.channels.get(channelId)
  if (channel?.status !== 'agreed') return
  dropSettledWithdrawals(tx, channelId)
  dropExpiredClose(tx, channelId)
  end(tx, channelId)
  answerClose(tx, channelId)
  pursueWish(tx, channelId)
}

/** The virtual channels with a lock, past or present, in the channel. */
export function virtualsOf(tx: Tx, channelId: Id): readonly Id[] {
  const found: Id[] = []
  for (const [virtualId, { incoming, outgoing }] of tx.virtuals.entries()) {
    if (incoming?.channelId === channelId || outgoing?.channelId === channelId) found.push(virtualId)
  }
  return found
}

/** Ends the record once a final block leaves nothing of this side's in the channel. */
function end(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const chain = tx.chain.channel(channelId)
  if (chain.endedFinal === undefined) return
  if (chain.endedFinal === 'settled' && !isAllUnlocked(tx, channel)) return
  tx.channels.set(channelId, { ...channel, status: 'ended' })
  for (const virtualId of virtualsOf(tx, channelId)) crankLater(tx, virtualId)
}

function isAllUnlocked(tx: Tx, channel: ChannelRecord): boolean {
  const { final, ...chain } = tx.chain.channel(channel.channelId)
  const byFinal = { ...chain, final, any: final, shown: [final.shown[0].seq, final.shown[1].seq] as const }
  return ([0, 1] as const).every((lane) => ownSlots(channel, byFinal, tx.chain, lane).every(({ gain }) => gain === 0n))
}

function pursueWish(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const { closesAt, ended } = tx.chain.channel(channelId)
  const isWanted = channel.status === 'agreed' && isWishedTogether(channel)
  if (!isWanted || closesAt !== undefined || ended !== undefined) return
  if (isTimeUp(tx, channel)) {
    const wish = channel.wish === 'together' ? 'keep' : 'dispute'
    tx.env.log.warn('peer does not close together in time', { channelId, peer: channel.peer, wish })
    tx.channels.set(channelId, { ...channel, wish, wishedAt: secondsOf(tx) })
    return
  }
  if (hasLocks(channel)) {
    for (const virtualId of virtualsOf(tx, channelId)) {
      const record = tx.virtuals.get(virtualId)
      if (record !== undefined) beginClosing(tx, record)
    }
    return
  }
  if (channel.freeze === undefined) signClose(tx, channelId)
}

/** Whether this side wants to close together with the peer. */
function isWishedTogether({ wish }: ChannelRecord): boolean {
  return wish === 'close' || wish === 'together'
}

/** Whether the peer had its time. With both signatures there is nothing to wait for from it, only for the chain. */
function isTimeUp(tx: Tx, channel: ChannelRecord): boolean {
  if (isAgreedClose(channel.close)) return false
  if (channel.freeze !== undefined) return true
  return secondsOf(tx) >= channel.wishedAt + BigInt(tx.env.policy.closeTimeout)
}

/** When the channel is to be looked at for the time alone, in milliseconds: the peer's time to close together is over. */
export function channelDueAt(channel: ChannelRecord, closeTimeout: number): number | undefined {
  if (channel.status !== 'agreed' || !isWishedTogether(channel) || isAgreedClose(channel.close)) return undefined
  return Number(channel.wishedAt + BigInt(closeTimeout)) * 1000
}

/** Whether a channel is to be looked at whenever time passes on the chain. */
export function isBusyOnChain(tx: Tx, channel: ChannelRecord): boolean {
  if (channel.status !== 'agreed') return false
  const { closesAt, ended } = tx.chain.channel(channel.channelId)
  const isAsked = channel.wish !== 'keep' || channel.close !== undefined || channel.withdrawals.length > 0
  return isAsked || closesAt !== undefined || ended !== undefined
}
