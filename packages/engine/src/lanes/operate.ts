import {
  type ChannelRecord,
  checkMaySign,
  checkNotClosing,
  draftOperation,
  draftRestatement,
  draftState,
  type Id,
  mayRestate,
  type Operation,
  type OutLane,
  ProtocolError,
} from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf, isClosing, isLeaving, ownSpendable, ownSpendableNow } from './channel.ts'
import { countersignNow } from './countersign-now.ts'
import { sealLater, sealNow } from './seal.ts'

/** Countersigns what was received if that is what covers the draft. */
function cover(tx: Tx, channel: ChannelRecord): void {
  const state = draftState(channel.out)
  const missing = -ownSpendable(tx, channel, state)
  if (missing > 0n) {
    const needed = state.paid + state.locked
    throw new ProtocolError('LANE_OVERSPENT', { needed, spendable: needed - missing })
  }
  if (ownSpendableNow(tx, channel, state) < 0n) countersignNow(tx, channel.channelId)
}

/**
 * Adds operations to what is signed on this side's lane at the end of the batch. All of them or none.
 *
 * @throws ProtocolError `CHANNEL_CLOSING`, `LANE_FULL`, `LANE_OVERSPENT`, and as `applyOperation`.
 */
export function operate(tx: Tx, channelId: Id, operations: readonly Operation[], hint?: (id: Id) => number): void {
  const { policy } = tx.env
  const isAdding = operations.some(({ type }) => type === 'add')
  let channel = channelOf(tx, channelId)
  checkNotClosing(channelId, isAdding ? isLeaving(tx, channel) : isClosing(tx, channel))
  const drafted = channel.out.draft?.operations.length ?? 0
  if (drafted + operations.length > policy.operationsPerUpdateMax) {
    sealNow(tx, channelId)
    channel = channelOf(tx, channelId)
  }
  if (channel.out.draft === undefined) checkMaySign(channel.out, policy)
  const out = operations.reduce((lane, operation) => draftOperation(tx.env, lane, operation, hint), channel.out)
  const after = { ...channel, out }
  cover(tx, after)
  tx.channels.set(channelId, { ...channelOf(tx, channelId), out })
  sealLater(tx, channelId)
}

/** Whether the newest update is a restatement that was refused: another one would be, too, and so on. */
function isRestatementRefused({ updates }: OutLane): boolean {
  const newest = updates.at(-1)
  return newest?.status === 'refused' && newest.update.operations.length === 0
}

/**
 * Signs the lane as it stands under a new seq, so that its countersignature kills the refused vouchers. Not again after a refused one:
 * then the next update with operations has to do.
 */
export function restate(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (isClosing(tx, channel) || !mayRestate(channel.out) || isRestatementRefused(channel.out)) return
  tx.channels.set(channelId, { ...channel, out: draftRestatement(channel.out) })
  sealLater(tx, channelId)
}
