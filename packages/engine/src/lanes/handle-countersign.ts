import {
  type Address,
  type Countersignature,
  type CountersignMessage,
  type Id,
  maySign,
  ProtocolError,
  takeCountersignature,
} from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf, secondsOf } from './channel.ts'

/**
 * Takes the receiver's countersignature on the lane that this side pays on. Not once a close of the channel is seen: it would let go of
 * older vouchers, one of which the chain may have been shown, and with them of the locks to be unlocked.
 */
export function applyCountersignature(tx: Tx, channelId: Id, signed: Countersignature): void {
  const { closesAt, ended } = tx.chain.channel(channelId)
  if (closesAt !== undefined || ended !== undefined) return
  const channel = channelOf(tx, channelId)
  const out = takeCountersignature(tx.env, channel.peer, channel.out, signed, secondsOf(tx))
  if (out === channel.out) return
  tx.channels.set(channelId, { ...channel, out })
  for (const { update, state } of channel.out.updates) {
    if (state.seq > signed.seq) continue
    for (const operation of update.operations) {
      if (operation.type !== 'pay') tx.locks.changed(tx, operation)
    }
  }
  if (!maySign(channel.out, tx.env.policy)) tx.locks.laneFreed(tx, channelId)
}

/** Handles `countersign`. */
export function handleCountersign(
  tx: Tx,
  peer: Address,
  { channelId, lane, seq, signature }: CountersignMessage,
): void {
  const channel = channelOf(tx, channelId, peer)
  if (lane !== channel.self) throw new ProtocolError('LANE_INDEX_WRONG', { expected: channel.self, got: lane })
  applyCountersignature(tx, channelId, { seq, signature })
}
