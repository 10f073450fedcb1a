import { type ChannelRecord, highest, type Id, nonceMinute } from '@sluice/protocol'
import { ownSlots } from '../defence/channel-goals.ts'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import { lookAtEnd, requestClose } from '../locks/advance.ts'
import { isIncomingAtStake } from '../locks/context.ts'
import type { Policy } from '../policy/policy.ts'
import type { Tx } from '../ports/tx.ts'
import { isChainStale } from '../watch/stale.ts'
import { answerClose, dropExpiredClose, hasLocks, isAgreedClose, signClose } from './close.ts'
import { dropSettledWithdrawals } from './withdraw.ts'

/** Does all that is due for a channel as a whole. Doing it twice changes nothing more. */
export function crankChannel(tx: Tx, channelId: Id): void {
  const channel = tx.channels.get(channelId)
  if (channel?.status === 'proposed' && tx.now >= proposalDue(channel, tx.env.policy))
    tx.channels.set(channelId, undefined)
  if (channel?.status !== 'agreed') return
  if (isAbandoned(tx, channel)) {
    tx.channels.set(channelId, undefined)
    return
  }
  dropSettledWithdrawals(tx, channelId)
  dropExpiredClose(tx, channelId)
  end(tx, channelId)
  answerClose(tx, channelId)
  pursueWish(tx, channelId)
}

/** Ends the record once a final block leaves nothing of this side's in the channel. */
function end(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const chain = tx.chain.channel(channelId)
  if (chain.endedFinal === undefined) return
  if (chain.endedFinal === 'settled' && !isAllUnlocked(tx, channel)) return
  tx.channels.set(channelId, { ...channel, status: 'ended' })
  for (const virtualId of tx.virtualsOn(channelId)) lookAtEnd(tx, virtualId)
}

/** Whether no slot is left that holds something of this side's. One that only others can get something by is not waited for. */
function isAllUnlocked(tx: Tx, channel: ChannelRecord): boolean {
  const { final, ...chain } = tx.chain.channel(channel.channelId)
  const byFinal = { ...chain, final, any: final, shown: [final.shown[0].seq, final.shown[1].seq] as const }
  return ([0, 1] as const).every((lane) =>
    ownSlots(channel, byFinal, tx.chain, lane).every(
      ({ gain, virtualId }) =>
        gain === 0n || (gain === undefined && lane !== channel.self && !isAwaited(tx, virtualId)),
    ),
  )
}

/** Whether the answer of a virtual channel whose incoming lock is on chain is waited for: it was asked for, or this side will ask. */
function isAwaited(tx: Tx, virtualId: Id): boolean {
  if (tx.chain.virtual(virtualId).finalAt !== undefined) return true
  const record = tx.virtuals.get(virtualId)
  return record !== undefined && isIncomingAtStake(tx, record)
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
    for (const virtualId of tx.virtualsOn(channelId)) {
      const record = tx.virtuals.get(virtualId)
      if (record !== undefined) requestClose(tx, record)
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

/**
 * Unix second at which a channel that was agreed and never used is forgotten, if nobody has paid into it by then: agreeing costs a peer
 * nothing, so records of it must not last. Its nonce is too old by then for the id to come back.
 */
function abandonDue({ terms, wishedAt, wish, out, in: received }: ChannelRecord, policy: Policy): bigint | undefined {
  if (wish !== 'keep' || out.nextSeq > 1n || received.current.seq > 0n || received.refusedThrough > 0n) return undefined
  return highest(wishedAt, nonceMinute(terms.nonce) * 60n) + BigInt(2 * policy.nonceAgeMax * 60 + policy.chainLag)
}

function isAbandoned(tx: Tx, channel: ChannelRecord): boolean {
  const { channelId } = channel
  const due = abandonDue(channel, tx.env.policy)
  if (due === undefined || secondsOf(tx) < due || isChainStale(tx)) return false
  return !tx.chain.knows(channelId) && !tx.isDepositing(channelId)
}

/** Millisecond at which a proposal that nobody answered is given up. An answer that comes later finds nothing. */
function proposalDue({ wishedAt }: ChannelRecord, { proposalTimeout }: Policy): number {
  return Number(wishedAt + BigInt(proposalTimeout)) * 1000
}

/** When the channel is to be looked at for the time alone, in milliseconds: the peer's time to close together, or to pay in, is over. */
export function channelDueAt(channel: ChannelRecord, policy: Policy): number | undefined {
  if (channel.status === 'proposed') return proposalDue(channel, policy)
  if (channel.status !== 'agreed') return undefined
  if (isWishedTogether(channel) && !isAgreedClose(channel.close)) {
    return Number(channel.wishedAt + BigInt(policy.closeTimeout)) * 1000
  }
  const abandoned = abandonDue(channel, policy)
  return abandoned === undefined ? undefined : Number(abandoned) * 1000
}

/** Whether a channel is to be looked at whenever time passes on the chain. */
export function isBusyOnChain(tx: Tx, channel: ChannelRecord): boolean {
  if (channel.status !== 'agreed') return false
  const { closesAt, ended } = tx.chain.channel(channel.channelId)
  const isAsked = channel.wish !== 'keep' || channel.close !== undefined || channel.withdrawals.length > 0
  return isAsked || closesAt !== undefined || ended !== undefined
}
