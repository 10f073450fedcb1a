import { backlogReached, countersignNewest, type Id, inBacklog, type LaneUpdate } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf, isClosing, otherParty } from './channel.ts'

/** Countersigns the newest voucher received, unless that was done before. */
export function countersign(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const signed = countersignNewest(tx.env, tx.env.signer, channel.in)
  if (signed === undefined) return
  const { seq, signature } = signed
  tx.channels.set(channelId, { ...channel, in: signed.lane })
  tx.send(channel.peer, { type: 'countersign', channelId, lane: otherParty(channel.self), seq, signature })
}

/** Countersigns at the end of the batch, so that many updates share one signature. */
export function countersignAtEnd(tx: Tx, channelId: Id): void {
  tx.atEnd('process', `countersign/${channelId}`, (end) => {
    if (!isClosing(end, channelOf(end, channelId))) countersign(end, channelId)
  })
}

/**
 * Whether an accepted update is countersigned at once: a fold is waited for by its virtual channel's other hops, a restatement is
 * made for nothing else, and a payer that is half way to its limit would soon stall.
 */
export function wantsCountersignature(tx: Tx, channelId: Id, update: LaneUpdate): boolean {
  if (update.operations.length === 0 || update.operations.some(({ type }) => type === 'fold')) return true
  return backlogReached(inBacklog(channelOf(tx, channelId).in), tx.env.policy, 2)
}
