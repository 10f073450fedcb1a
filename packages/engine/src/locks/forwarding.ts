import {
  type Address,
  checkFee,
  checkForward,
  checkHopMargin,
  draftState,
  type Forwarding,
  feesFrom,
  type HubRecord,
  holdsLock,
  type Id,
  lowestFreeSlot,
  type Operation,
  outcomeForRules,
  ProtocolError,
  SluiceError,
  type VirtualBase,
} from '@sluice/protocol'
import { channelOf, isClosing, isLeaving, isStalled, ownSpendable, secondsOf } from '../lanes/channel.ts'
import { takesOperation } from '../lanes/draft.ts'
import type { Tx } from '../ports/tx.ts'
import { isChainStale } from '../watch/stale.ts'
import { outcomeOf } from './context.ts'
import { checkNextPolicy, locksMaxTowards } from './neighbours/next-policy.ts'
import { feeFor } from './neighbours/price.ts'
import { checkShare } from './neighbours/shares.ts'
import { checkOwesNothing } from './neighbours/trust.ts'
import { nextOf, previousOf } from './record.ts'

/** Reasons that may pass: the add waits for them a bounded time. */
const TEMPORARY: ReadonlySet<string> = new Set(['FORWARD_UNREACHABLE', 'FORWARD_CHAIN_STALE', 'LANE_FULL'])

/** The usable channel with a peer in a token that has the most to spend. @throws ProtocolError `FORWARD_NO_CHANNEL`. */
export function bestChannel(tx: Tx, next: Address, token: Address): Id {
  let best: { readonly channelId: Id; readonly spendable: bigint } | undefined
  for (const channelId of tx.channelsWith(next)) {
    const channel = channelOf(tx, channelId)
    if (channel.terms.token !== token || isLeaving(tx, channel) || isStalled(tx, channel)) continue
    const spendable = ownSpendable(tx, channel, draftState(channel.out))
    if (best === undefined || spendable > best.spendable) best = { channelId, spendable }
  }
  if (best === undefined) throw new ProtocolError('FORWARD_NO_CHANNEL', { next, token })
  return best.channelId
}

/** The operations of an add that leaves this side as `path[hop]`. */
export function addOperations({
  terms,
  memo,
  position,
}: Pick<VirtualBase, 'terms' | 'memo' | 'position'>): Operation[] {
  const fees = feesFrom(memo, position)
  const add: Operation = { type: 'add', terms, memo }
  return fees > 0n ? [add, { type: 'pay', amount: fees }] : [add]
}

/** Refuses to sign a lock that the lane has no room or no money for. @throws ProtocolError `ADD_LOCKS_MAX`, `LANE_FULL`, `LANE_OVERSPENT`. */
export function checkRoomForLock(tx: Tx, channelId: Id, needed: bigint): void {
  const channel = channelOf(tx, channelId)
  const state = draftState(channel.out)
  const max = locksMaxTowards(tx, channel.peer)
  if (state.locks.size >= max) throw new ProtocolError('ADD_LOCKS_MAX', { max })
  if (!takesOperation(tx, channel)) throw new ProtocolError('LANE_FULL', { waiting: channel.out.updates.length })
  const spendable = ownSpendable(tx, channel, state)
  if (spendable < needed) throw new ProtocolError('LANE_OVERSPENT', { needed, spendable })
}

/** The slot that the next lock takes on this side's lane. */
export function nextSlot(tx: Tx, channelId: Id): number {
  return lowestFreeSlot(draftState(channelOf(tx, channelId).out).locks)
}

function checkMemo(tx: Tx, record: HubRecord): void {
  const { policy } = tx.env
  const { memo, position, terms } = record
  if (!policy.forward) throw new ProtocolError('FORWARD_DISABLED')
  checkHopMargin(memo.until, position, policy.hopMargin)
  const lifetime = (memo.until[position] ?? 0n) - secondsOf(tx)
  const previous = previousOf(record)
  if (previous === undefined) return
  checkOwesNothing(tx, previous)
  checkFee(memo.fees[position - 1] ?? 0n, feeFor(tx, previous, terms, lifetime))
}

/** The incoming lock must stand in a channel that is not on its way out, for a virtual channel that the chain was not asked about. */
function checkIncoming(tx: Tx, { virtualId, phase }: HubRecord): void {
  const leg = 'incoming' in phase ? phase.incoming : undefined
  const channel = leg && tx.channels.get(leg.channelId)
  if (leg === undefined || channel === undefined) throw new ProtocolError('FORWARD_NOT_STANDING', { virtualId })
  checkForward({
    virtualId,
    incomingChannelId: leg.channelId,
    incomingStands: holdsLock(channel.in.current, leg.slot, virtualId),
    incomingClosing: isClosing(tx, channel),
    outcome: outcomeForRules(outcomeOf(tx, virtualId)),
  })
}

function chooseOutgoing(tx: Tx, record: HubRecord): Forwarding {
  const next = nextOf(record)
  if (next === undefined) throw new ProtocolError('FORWARD_NOT_STANDING', { virtualId: record.virtualId })
  checkIncoming(tx, record)
  checkMemo(tx, record)
  checkNextPolicy(tx, record)
  if (isChainStale(tx)) throw new ProtocolError('FORWARD_CHAIN_STALE')
  const channelId = bestChannel(tx, next, record.terms.token)
  if (!tx.connected(next) || !tx.canSend(next)) throw new ProtocolError('FORWARD_UNREACHABLE', { next })
  checkRoomForLock(tx, channelId, record.terms.capacity + feesFrom(record.memo, record.position))
  checkShare(tx, record, channelId)
  return { type: 'ready', outgoing: { channelId, slot: nextSlot(tx, channelId) } }
}

/** Whether a hub that holds the incoming lock can lock on towards the payee now. */
export function forwarding(tx: Tx, record: HubRecord): Forwarding {
  try {
    return chooseOutgoing(tx, record)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { type: TEMPORARY.has(error.code) ? 'temporary' : 'permanent', code: error.code }
  }
}
