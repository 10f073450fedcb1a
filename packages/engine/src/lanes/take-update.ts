import {
  type Address,
  acceptUpdate,
  answeredSeq,
  checkAuthor,
  checkNotClosing,
  checkOrder,
  checkReached,
  checkSpending,
  type Id,
  type LaneUpdate,
  nonceMinute,
  paySurplus,
  peerIncome,
  refuseUpdate,
  SluiceError,
  type UpdateMessage,
  type VirtualTerms,
} from '@sluice/protocol'
import type { Tx } from '../loop/tx.ts'
import { crankLater } from '../virtuals/later.ts'
import { putVirtual } from '../virtuals/put.ts'
import { receiveOperations } from '../virtuals/receive.ts'
import { channelOf, fundsOf, isClosing, otherParty, peerLane, secondsOf } from './channel.ts'
import { countersignLater, wantsCountersignature } from './countersign-now.ts'
import { applyCountersignature } from './take-countersign.ts'

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

/** The ids of refused adds are used up, as the refused voucher can still be shown. */
function spendIds(tx: Tx, update: LaneUpdate): void {
  const now = secondsOf(tx)
  for (const operation of update.operations) {
    if (operation.type !== 'add') continue
    const { terms, memo } = operation
    const virtualId = tx.env.digests.virtualId(terms)
    const age = now / 60n - nonceMinute(terms.nonce)
    const isOld = age > BigInt(tx.env.policy.nonceAgeMax) || -age > BigInt(tx.env.policy.nonceAgeMax)
    if (isOld || tx.virtuals.get(virtualId) !== undefined) continue
    const position = Math.max(terms.path.indexOf(tx.env.self), 0)
    tx.virtuals.set(virtualId, { virtualId, terms, memo, position, status: 'spent', since: now })
  }
}

function refuse(tx: Tx, channelId: Id, update: LaneUpdate, code: string): void {
  const channel = channelOf(tx, channelId)
  const { peer, in: lane } = channel
  const { seq } = update.voucher
  tx.channels.set(channelId, { ...channel, in: refuseUpdate(lane, update) })
  spendIds(tx, update)
  tx.send(peer, { type: 'refuse', channelId, lane: update.voucher.lane, seq, newest: lane.current.seq, code })
}

/** Handles `update`: the peer's lane moves, or the update is refused for ever. One answered before changes nothing. */
export function takeUpdate(tx: Tx, peer: Address, { update, countersignature }: UpdateMessage): void {
  const { channelId } = update.voucher
  const channel = channelOf(tx, channelId, peer)
  checkAuthor(tx.env, peerLane(channel), peer, update)
  if (countersignature !== undefined) applyCountersignature(tx, channelId, countersignature)
  if (update.voucher.seq <= answeredSeq(channel.in)) return
  try {
    accept(tx, channelId, update)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.warn('refusing an update', {
      peer,
      channelId,
      seq: update.voucher.seq,
      code: error.code,
      error: error.message,
    })
    refuse(tx, channelId, update, error.code)
  }
}
