import { type Address, answeredSeq, checkAuthor, type PeerMessage, type UpdateMessage } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { Tx } from '../ports/tx.ts'
import { answerUpdate } from './answer-update.ts'
import { channelOf, isFunded, isUnused, peerLane } from './channel.ts'
import { applyCountersignature } from './handle-countersign.ts'

/** Whether a message is the first update of a channel that nobody has paid into by what this side sees: its sender may see more. */
export function isPremature(tx: Tx, message: PeerMessage): boolean {
  const channel = message.type === 'update' ? tx.channels.get(message.update.voucher.channelId) : undefined
  return channel !== undefined && isUnused(channel) && !isFunded(tx, channel)
}

/**
 * Handles `update`: the peer's lane moves, or the update is refused for ever. One answered before changes nothing.
 *
 * @throws EngineError `CHANNEL_NOT_FUNDED` for the first one of a channel that nobody has paid into yet: an answer would have to be remembered.
 */
export function handleUpdate(tx: Tx, peer: Address, message: UpdateMessage): void {
  const { update, countersignature } = message
  const { channelId } = update.voucher
  const channel = channelOf(tx, channelId, peer)
  checkAuthor(tx.env, peerLane(channel), peer, update)
  if (isPremature(tx, message)) throw new EngineError('CHANNEL_NOT_FUNDED', { channelId })
  if (countersignature !== undefined) applyCountersignature(tx, channelId, countersignature)
  if (update.voucher.seq > answeredSeq(channel.in)) answerUpdate(tx, channelId, update)
}
