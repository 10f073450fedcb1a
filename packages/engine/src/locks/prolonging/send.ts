import {
  type Address,
  feesOf,
  type Id,
  PROLONGING,
  type ProlongDeclineMessage,
  type ProlongMessage,
  ProtocolError,
} from '@sluice/protocol'
import { channelOf } from '../../lanes/channel.ts'
import { draftPay } from '../../lanes/draft.ts'
import type { Tx } from '../../ports/tx.ts'

/** Refuses to ask a peer that would not understand it. @throws ProtocolError `PROLONG_UNSUPPORTED`. */
export function checkProlongs(tx: Tx, peer: Address): void {
  if (!tx.commonFeatures(peer).includes(PROLONGING)) throw new ProtocolError('PROLONG_UNSUPPORTED', { peer })
}

/** What is named in a message has to be there when it arrives, so the lane is signed first. */
export function sendPaid(tx: Tx, peer: Address, message: ProlongMessage | ProlongDeclineMessage, paid: bigint): void {
  if (paid === 0n) tx.send(peer, message)
  else tx.atEnd('sign', `${message.type}/${message.virtualId}/${message.until}`, (end) => end.send(peer, message))
}

/**
 * Pays the fees for it, and asks the next member of a path to let a virtual channel live longer.
 *
 * @param until Unix second until which the hop to it is to live.
 * @throws ProtocolError `PROLONG_UNSUPPORTED`, `LANE_FULL`, `LANE_OVERSPENT`, `CHANNEL_CLOSING`.
 */
export function askNext(tx: Tx, channelId: Id, virtualId: Id, until: bigint, fees: readonly bigint[]): void {
  const { peer } = channelOf(tx, channelId)
  checkProlongs(tx, peer)
  const paid = feesOf(fees)
  if (paid > 0n) draftPay(tx, channelId, paid)
  sendPaid(tx, peer, { type: 'prolong', virtualId, until, fees }, paid)
}
