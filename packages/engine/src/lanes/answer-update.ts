import {
  type Address,
  acceptUpdate,
  checkNotClosing,
  checkOrder,
  checkReached,
  checkSpending,
  holdUpdate,
  type Id,
  type LaneUpdate,
  nonceMinute,
  PIPELINE_LIMIT,
  paySurplus,
  peerIncome,
  refuseUpdate,
  releaseHeld,
  SluiceError,
  type VirtualTerms,
} from '@sluice/protocol'
import { crankLater } from '../locks/later.ts'
import { putVirtual } from '../locks/put.ts'
import { receiveOperations } from '../locks/receive.ts'
import type { Tx } from '../ports/tx.ts'
import { channelOf, fundsOf, isClosing, otherParty, secondsOf } from './channel.ts'
import { countersignLater, wantsCountersignature } from './countersign-now.ts'

function tellAccepted(tx: Tx, channelId: Id): void {
  tx.atEnd(`accepted/${channelId}`, (end) => {
    const { peer, self, in: lane } = channelOf(end, channelId)
    end.send(peer, { type: 'accepted', channelId, lane: otherParty(self), seq: lane.current.seq })
  })
}

/** Takes the update if it breaks no rule. @throws ProtocolError for the first rule that it breaks; nothing is written then. */
function accept(tx: Tx, channelId: Id, update: LaneUpdate): void {
  const channel = channelOf(tx, channelId)
  checkNotClosing(channelId, isClosing(tx, channel))
  checkOrder(channel.in, update)
  const hop = ({ path }: VirtualTerms) => path.indexOf(channel.peer)
  const surplus = channel.surplus + paySurplus(update.operations, hop)
  const { state: reached, records } = receiveOperations(tx, channel, update.operations)
  const state = checkReached(reached, update.voucher)
  checkSpending(fundsOf(tx, channel, otherParty(channel.self)), state, peerIncome(channel.out))

  tx.channels.set(channelId, { ...channel, surplus, in: acceptUpdate(channel.in, update, state, secondsOf(tx)) })
  for (const record of records.values()) {
    putVirtual(tx, record)
    crankLater(tx, record.virtualId)
  }
  tellAccepted(tx, channelId)
  if (wantsCountersignature(tx, channelId, update)) countersignLater(tx, channelId)
}

/** Whether the id of a refused add is to be remembered: not of one too old to come back, nor of one that is not this peer's to lock for. */
function isToSpend(tx: Tx, peer: Address, terms: VirtualTerms, virtualId: Id): boolean {
  const { policy, self } = tx.env
  const age = secondsOf(tx) / 60n - nonceMinute(terms.nonce)
  const isCurrent = age <= BigInt(policy.nonceAgeMax) && -age <= BigInt(policy.nonceAgeMax)
  const hop = terms.path.indexOf(peer)
  const held = tx.virtuals.get(virtualId)
  const isUnknown = held === undefined || held.status === 'early'
  return isCurrent && hop >= 0 && terms.path[hop + 1] === self && isUnknown && tx.virtuals.size < policy.virtualsMax
}

/** The ids of refused adds are used up, as the refused voucher can still be shown. */
function spendIds(tx: Tx, peer: Address, update: LaneUpdate): void {
  for (const operation of update.operations) {
    if (operation.type !== 'add') continue
    const { terms, memo } = operation
    const virtualId = tx.env.digests.virtualId(terms)
    if (!isToSpend(tx, peer, terms, virtualId)) continue
    const position = terms.path.indexOf(tx.env.self)
    tx.virtuals.set(virtualId, { virtualId, terms, memo, position, status: 'spent', since: secondsOf(tx) })
  }
}

function refuse(tx: Tx, channelId: Id, update: LaneUpdate, error: SluiceError): void {
  const channel = channelOf(tx, channelId)
  const { peer, in: lane } = channel
  const { seq } = update.voucher
  tx.env.log.warn('refusing an update', { peer, channelId, seq, code: error.code, error: error.message })
  tx.channels.set(channelId, { ...channel, in: refuseUpdate(lane, update) })
  spendIds(tx, peer, update)
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

/**
 * Accepts or refuses an update. One that spends what this side has not seen on chain waits a while first: its payer may have seen its
 * deposit become final a moment earlier; and all that follow it wait behind it.
 */
export function answerUpdate(tx: Tx, channelId: Id, update: LaneUpdate, mayWait = true): void {
  if (channelOf(tx, channelId).in.held !== undefined && hold(tx, channelId, update)) return
  try {
    accept(tx, channelId, update)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    if (error.code === 'LANE_OVERSPENT' && mayWait && hold(tx, channelId, update)) return
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

/** Answers the updates that wait, as far as they can be answered now. */
export function answerHeld(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
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
