import { backlogReached, type ChannelRecord, type Id, outBacklog, signDraft } from '@sluice/protocol'
import type { Environment } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { channelOf, ownLane, secondsOf } from './channel.ts'

/** Asks for a countersignature on the newest update, unless that was done before. */
export function requestCountersignature(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const { out, peer, self } = channel
  if (out.askedSeq >= out.current.seq) return
  tx.send(peer, { type: 'countersignRequest', channelId, lane: self })
  tx.channels.set(channelId, { ...channel, out: { ...out, askedSeq: out.current.seq } })
}

/** Millisecond at which a receiver that does not countersign by itself is asked; undefined if nothing waits or it was asked. */
export function requestDue({ out }: ChannelRecord, { policy }: Environment): number | undefined {
  const isAsked = out.askedSeq >= out.current.seq
  if (out.waitingSince === undefined || isAsked) return undefined
  return Number(out.waitingSince) * 1000 + 2 * policy.countersignIdle
}

/** Signs the lane's draft, if there is one, and sends the update. At half of what may wait for a countersignature, one is asked for. */
export function signUpdate(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const signed = signDraft(tx.env, tx.env.signer, ownLane(channel), channel.out, secondsOf(tx))
  if (signed === undefined) return
  tx.send(channel.peer, { type: 'update', update: signed.update })
  tx.channels.set(channelId, { ...channel, out: signed.lane })
  const isAsked = signed.lane.askedSeq > signed.lane.base.state.seq
  if (!isAsked && backlogReached(outBacklog(signed.lane), tx.env.policy, 2)) requestCountersignature(tx, channelId)
}

/** Signs the lane's draft once at the end of the batch, after all that may add to it. */
export function signUpdateAtEnd(tx: Tx, channelId: Id): void {
  tx.atEnd('sign', `lane/${channelId}`, (end) => signUpdate(end, channelId))
}
