import { backlogReached, type ChannelRecord, type Id, outBacklog, signDraft } from '@sluice/protocol'
import type { Environment } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { channelOf, ownLane, secondsOf } from './channel.ts'

/** Asks for a countersignature on the newest update, unless that was done before. */
export function askNow(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const { out, peer, self } = channel
  if (out.askedSeq >= out.current.seq) return
  tx.send(peer, { type: 'countersignRequest', channelId, lane: self })
  tx.channels.set(channelId, { ...channel, out: { ...out, askedSeq: out.current.seq } })
}

/** Millisecond at which a receiver that does not countersign by itself is asked; undefined if nothing waits or it was asked. */
export function askDue({ out }: ChannelRecord, { policy }: Environment): number | undefined {
  const isAsked = out.askedSeq >= out.current.seq
  if (out.waitingSince === undefined || isAsked) return undefined
  return Number(out.waitingSince) * 1000 + 2 * policy.countersignIdle
}

/** Signs the lane's draft, if there is one, and sends the update. At half of what may wait for a countersignature, one is asked for. */
export function sealNow(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const sealed = signDraft(tx.env, tx.env.signer, ownLane(channel), channel.out, secondsOf(tx))
  if (sealed === undefined) return
  tx.send(channel.peer, { type: 'update', update: sealed.update })
  tx.channels.set(channelId, { ...channel, out: sealed.lane })
  const isAsked = sealed.lane.askedSeq > sealed.lane.base.state.seq
  if (!isAsked && backlogReached(outBacklog(sealed.lane), tx.env.policy, 2)) askNow(tx, channelId)
}

/**
 * Signs the lane's draft at the end of the batch, after all that may add to it: what is due for virtual channels is done at the end
 * of the batch too, so the signing puts itself behind that once.
 */
export function sealLater(tx: Tx, channelId: Id): void {
  tx.atEnd(`lane/${channelId}`, (end) => end.atEnd(`lane/last/${channelId}`, (last) => sealNow(last, channelId)))
}
