import { type AcceptedMessage, type Address, markAccepted, maySign, ProtocolError } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf } from './channel.ts'

/** Handles `accepted`: the peer durably accepted this side's updates up to a seq. */
export function handleAccepted(tx: Tx, peer: Address, { channelId, lane, seq }: AcceptedMessage): void {
  const channel = channelOf(tx, channelId, peer)
  if (lane !== channel.self) throw new ProtocolError('LANE_INDEX_WRONG', { expected: channel.self, got: lane })
  const isFreed = !maySign(channel.out, tx.env.policy)
  tx.channels.set(channelId, { ...channel, out: markAccepted(channel.out, seq) })
  if (isFreed) tx.locks.laneFreed(tx, channelId)
}
