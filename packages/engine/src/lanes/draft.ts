import {
  type ChannelRecord,
  checkMayDraft,
  checkNotClosing,
  draftOperation,
  draftPayment,
  draftRestatement,
  draftState,
  type Id,
  mayDraft,
  mayRestate,
  type Operation,
  type OutLane,
  ProtocolError,
} from '@sluice/protocol'
import type { StateView, Tx } from '../ports/tx.ts'
import { channelOf, isClosing, isLeaving, ownSpendable, ownSpendableNow } from './channel.ts'
import { countersign } from './countersign.ts'
import { signUpdate, signUpdateAtEnd } from './sign-update.ts'

/** Countersigns what was received if that is what covers the draft. */
function cover(tx: Tx, channel: ChannelRecord): void {
  const state = draftState(channel.out)
  const missing = -ownSpendable(tx, channel, state)
  if (missing > 0n) {
    const needed = state.paid + state.locked
    throw new ProtocolError('LANE_OVERSPENT', { needed, spendable: needed - missing })
  }
  if (ownSpendableNow(tx, channel, state) < 0n) countersign(tx, channel.channelId)
}

/** Whether the lane takes an operation now, as far as waiting for the peer goes. */
export function takesOperation(tx: StateView, { out }: ChannelRecord): boolean {
  return mayDraft(out, 1, tx.env.policy)
}

/**
 * Adds operations to what is signed on this side's lane at the end of the batch. All of them or none.
 *
 * @throws ProtocolError `CHANNEL_CLOSING`, `LANE_FULL`, `LANE_OVERSPENT`, and as `applyOperation`.
 */
export function draft(tx: Tx, channelId: Id, operations: readonly Operation[], hint?: (id: Id) => number): void {
  const channel = channelOf(tx, channelId)
  const isAdding = operations.some(({ type }) => type === 'add')
  checkNotClosing(channelId, isAdding ? isLeaving(tx, channel) : isClosing(tx, channel))
  const lane = roomFor(tx, channel, operations.length)
  setDraft(
    tx,
    channelId,
    operations.reduce((out, operation) => draftOperation(tx.env, out, operation, hint), lane),
  )
}

/**
 * Adds a payment to what is signed at the end of the batch. Many in one batch are one operation.
 *
 * @param amount Base units.
 * @throws ProtocolError as {@link draft}.
 */
export function draftPay(tx: Tx, channelId: Id, amount: bigint): void {
  const channel = channelOf(tx, channelId)
  checkNotClosing(channelId, isClosing(tx, channel))
  setDraft(tx, channelId, draftPayment(tx.env, roomFor(tx, channel, 1), amount))
}

/** The lane with room for so many operations in its draft: one that is full is signed. */
function roomFor(tx: Tx, { channelId, out }: ChannelRecord, count: number): OutLane {
  const { policy } = tx.env
  checkMayDraft(out, count, policy)
  if ((out.draft?.operations.length ?? 0) + count <= policy.operationsPerUpdateMax) return out
  signUpdate(tx, channelId)
  return channelOf(tx, channelId).out
}

function setDraft(tx: Tx, channelId: Id, out: OutLane): void {
  cover(tx, { ...channelOf(tx, channelId), out })
  tx.channels.set(channelId, { ...channelOf(tx, channelId), out })
  signUpdateAtEnd(tx, channelId)
}

/** Whether the newest update is a restatement that was refused: another one would be, too, and so on. */
function isRestatementRefused({ updates }: OutLane): boolean {
  const newest = updates.at(-1)
  return newest?.status === 'refused' && newest.update.operations.length === 0
}

/** Whether the lane may be signed again as it stands. Not again after a refused restatement: then the next update with operations has to do. */
export function canRestate(tx: StateView, channel: ChannelRecord): boolean {
  const { out } = channel
  return out.draft === undefined && !isClosing(tx, channel) && mayRestate(out) && !isRestatementRefused(out)
}

/** Signs the lane as it stands under a new seq, so that its countersignature kills the refused vouchers. */
export function restate(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (!canRestate(tx, channel)) return
  tx.channels.set(channelId, { ...channel, out: draftRestatement(channel.out) })
  signUpdateAtEnd(tx, channelId)
}
