import {
  acceptUpdate,
  applyOperation,
  type ChannelRecord,
  checkNotClosing,
  checkOrder,
  checkReached,
  checkSpending,
  holdUpdate,
  type Id,
  type LaneState,
  type LaneUpdate,
  PIPELINE_LIMIT,
  paySurplus,
  peerIncome,
  refuseUpdate,
  releaseHeld,
  SluiceError,
  type VirtualTerms,
} from '@sluice/protocol'
import type { ReceivedLocks } from '../ports/locks/lock-keeper.ts'
import type { Tx } from '../ports/tx.ts'
import { channelOf, fundsOf, isClosing, otherParty, secondsOf } from './channel.ts'
import { countersignAtEnd, wantsCountersignature } from './countersign.ts'

function reportAccepted(tx: Tx, channelId: Id): void {
  tx.atEnd('process', `accepted/${channelId}`, (end) => {
    const { peer, self, in: lane } = channelOf(end, channelId)
    end.send(peer, { type: 'accepted', channelId, lane: otherParty(self), seq: lane.current.seq })
  })
}

/** What an update's operations lead to, each held against the rules of its lock before it is replayed. */
function replayChecked(
  tx: Tx,
  { in: lane }: ChannelRecord,
  { operations }: LaneUpdate,
  locks: ReceivedLocks,
): LaneState {
  return operations.reduce((state, operation) => {
    if (operation.type !== 'pay') locks.take(operation, state)
    return applyOperation(tx.env, state, operation, locks.slotOf)
  }, lane.current)
}

/** Takes the update if it breaks no rule. @throws ProtocolError for the first rule that it breaks; nothing is written then. */
function accept(tx: Tx, channelId: Id, update: LaneUpdate): void {
  const channel = channelOf(tx, channelId)
  checkNotClosing(channelId, isClosing(tx, channel))
  checkOrder(channel.in, update)
  const hop = ({ path }: VirtualTerms) => path.indexOf(channel.peer)
  const surplus = channel.surplus + paySurplus(update.operations, hop)
  const locks = tx.locks.receive(tx, channel)
  const state = checkReached(replayChecked(tx, channel, update, locks), update.voucher)
  checkSpending(fundsOf(tx, channel, otherParty(channel.self)), state, peerIncome(channel.out))

  tx.channels.set(channelId, { ...channel, surplus, in: acceptUpdate(channel.in, update, state, secondsOf(tx)) })
  locks.write()
  reportAccepted(tx, channelId)
  if (wantsCountersignature(tx, channelId, update)) countersignAtEnd(tx, channelId)
}

function refuse(tx: Tx, channelId: Id, update: LaneUpdate, error: SluiceError): void {
  const channel = channelOf(tx, channelId)
  const { peer, in: lane } = channel
  const { seq } = update.voucher
  tx.env.log.warn('refusing an update', { peer, channelId, seq, code: error.code, error: error.message })
  tx.channels.set(channelId, { ...channel, in: refuseUpdate(lane, update) })
  for (const operation of update.operations) if (operation.type !== 'pay') tx.locks.refused(tx, peer, operation)
  tx.send(peer, {
    type: 'refuse',
    channelId,
    lane: update.voucher.lane,
    seq,
    newest: lane.current.seq,
    code: error.code,
  })
}

/** Lets an update wait behind those that do, if there is room. */
function hold(tx: Tx, channelId: Id, update: LaneUpdate): boolean {
  const channel = channelOf(tx, channelId)
  if ((channel.in.held?.updates.length ?? 0) >= PIPELINE_LIMIT) return false
  tx.channels.set(channelId, { ...channel, in: holdUpdate(channel.in, update, secondsOf(tx)) })
  return true
}

/** Faults that may pass: the payer may have seen a deposit, or the end of a window, become final a moment earlier. */
const PASSING: ReadonlySet<string> = new Set(['LANE_OVERSPENT', 'FOLD_NOT_FINAL'])

/**
 * Accepts or refuses an update. One that relies on what this side has not seen on chain waits a while first, and all that follow it wait
 * behind it.
 */
export function answerUpdate(tx: Tx, channelId: Id, update: LaneUpdate, mayWait = true): void {
  if (channelOf(tx, channelId).in.held !== undefined && hold(tx, channelId, update)) return
  try {
    accept(tx, channelId, update)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    if (PASSING.has(error.code) && mayWait && hold(tx, channelId, update)) return
    refuse(tx, channelId, update, error)
  }
}

/** Millisecond until which updates wait to be covered; undefined if none does. */
export function heldUntil(
  tx: { readonly env: Tx['env'] },
  held: { readonly since: bigint } | undefined,
): number | undefined {
  return held && Number(held.since + BigInt(tx.env.policy.coverWait)) * 1000
}

/** Answers the updates that wait, as far as they can be answered now. A channel that was over and is forgotten holds none. */
export function answerHeld(tx: Tx, channelId: Id): void {
  const channel = tx.channels.get(channelId)
  if (channel === undefined) return
  const { held } = channel.in
  const until = heldUntil(tx, held)
  if (held === undefined || until === undefined) return
  const { lane, updates } = releaseHeld(channel.in)
  tx.channels.set(channelId, { ...channel, in: lane })
  for (const update of updates) answerUpdate(tx, channelId, update, tx.now < until)
  const after = channelOf(tx, channelId)
  const again = after.in.held
  if (again === undefined) return
  tx.channels.set(channelId, { ...after, in: { ...after.in, held: { ...again, since: held.since } } })
}
