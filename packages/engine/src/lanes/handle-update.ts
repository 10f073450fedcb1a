import { type Address, answeredSeq, checkAuthor, type UpdateMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { answerUpdate } from './answer-update.ts'
import { channelOf, peerLane } from './channel.ts'
import { applyCountersignature } from './handle-countersign.ts'

/** Handles `update`: the peer's lane moves, or the update is refused for ever. One answered before changes nothing. */
export function handleUpdate(tx: Tx, peer: Address, { update, countersignature }: UpdateMessage): void {
  const { channelId } = update.voucher
  const channel = channelOf(tx, channelId, peer)
  checkAuthor(tx.env, peerLane(channel), peer, update)
  if (countersignature !== undefined) applyCountersignature(tx, channelId, countersignature)
  if (update.voucher.seq > answeredSeq(channel.in)) answerUpdate(tx, channelId, update)
}
