import { backlogReached, type ChannelRecord, type Id, outBacklog, signDraft } from '@sluice/protocol'
import type { Tx } from '../loop/tx.ts'
import { channelOf, ownLane } from './channel.ts'

/** Asks for a countersignature when half of what may wait for one does; once for each update. */
function askWhenHalf(tx: Tx, channel: ChannelRecord): ChannelRecord {
  const { out, peer, channelId, self } = channel
  const isAsked = out.askedSeq > out.base.state.seq
  if (isAsked || !backlogReached(outBacklog(out), tx.env.policy, 2)) return channel
  tx.send(peer, { type: 'countersignRequest', channelId, lane: self })
  return { ...channel, out: { ...out, askedSeq: out.current.seq } }
}

/** Signs the lane's draft, if there is one, and sends the update. */
export function sealNow(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const sealed = signDraft(tx.env, tx.env.signer, ownLane(channel), channel.out)
  if (sealed === undefined) return
  tx.send(channel.peer, { type: 'update', update: sealed.update })
  tx.channels.set(channelId, askWhenHalf(tx, { ...channel, out: sealed.lane }))
}

/**
 * Signs the lane's draft at the end of the batch, after all that may add to it: what is due for virtual channels is done at the end
 * of the batch too, so the signing puts itself behind that once.
 */
export function sealLater(tx: Tx, channelId: Id): void {
  tx.atEnd(`lane/${channelId}`, (end) => end.atEnd(`lane/last/${channelId}`, (last) => sealNow(last, channelId)))
}
