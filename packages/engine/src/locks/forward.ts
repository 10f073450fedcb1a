import {
  checkFee,
  checkForward,
  checkHopMargin,
  draftState,
  feesFrom,
  feesToReturn,
  hubFee,
  type Id,
  lowestFreeSlot,
  type Operation,
  ProtocolError,
  SluiceError,
  type VirtualRecord,
} from '@sluice/protocol'
import { channelOf, isClosing, isLeaving, isStalled, ownSpendable, secondsOf } from '../lanes/channel.ts'
import { operate } from '../lanes/operate.ts'
import type { Tx } from '../ports/tx.ts'
import { isBlind } from '../watch/blind.ts'
import { putVirtual } from './put.ts'
import { incomingStands, nextOf, type Situation } from './situation.ts'

/** Reasons that may pass: the add waits for them a bounded time. */
const PASSING: ReadonlySet<string> = new Set(['FORWARD_UNREACHABLE', 'FORWARD_BLIND', 'LANE_FULL'])

/** The usable channel with a peer in a token that has the most to spend. @throws ProtocolError `FORWARD_NO_CHANNEL`. */
export function bestChannel(tx: Tx, next: string, token: string): Id {
  let best: { readonly channelId: Id; readonly spendable: bigint } | undefined
  for (const channelId of tx.channelsWith(next as Id)) {
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
}: Pick<VirtualRecord, 'terms' | 'memo' | 'position'>): Operation[] {
  const fees = feesFrom(memo, position)
  const add: Operation = { type: 'add', terms, memo }
  return fees > 0n ? [add, { type: 'pay', amount: fees }] : [add]
}

function checkTerms(tx: Tx, { memo, position, terms }: VirtualRecord): void {
  const { policy } = tx.env
  if (!policy.forward) throw new ProtocolError('FORWARD_DISABLED')
  checkHopMargin(memo.until, position, policy.hopMargin)
  const lifetime = (memo.until[position] ?? 0n) - secondsOf(tx)
  checkFee(memo.fees[position - 1] ?? 0n, hubFee(policy, terms.capacity, lifetime))
}

/** Locks on towards the payee. @throws SluiceError that says why it can't. */
function lockOn(tx: Tx, situation: Situation): void {
  const { record, incoming, outcome } = situation
  const { virtualId, terms } = record
  const next = nextOf(record)
  if (incoming === undefined || next === undefined) throw new ProtocolError('FORWARD_NOT_STANDING', { virtualId })
  const incomingChannelId = incoming.channelId
  const incomingClosing = isClosing(tx, incoming)
  checkForward({ virtualId, incomingChannelId, incomingStands: incomingStands(situation), incomingClosing, outcome })
  checkTerms(tx, record)
  if (isBlind(tx)) throw new ProtocolError('FORWARD_BLIND')
  const channelId = bestChannel(tx, next, terms.token)
  if (!tx.connected(next) || !tx.canSend(next)) throw new ProtocolError('FORWARD_UNREACHABLE', { next })
  const slot = lowestFreeSlot(draftState(channelOf(tx, channelId).out).locks)
  operate(tx, channelId, addOperations(record))
  putVirtual(tx, { ...record, status: 'open', outgoing: { channelId, slot } })
}

function decline(tx: Tx, record: VirtualRecord, code: string): void {
  const received = feesFrom(record.memo, record.position - 1)
  const returned = feesToReturn({ received, paidOn: 0n, returned: 0n })
  tx.env.log.info('declining to forward', { virtualId: record.virtualId, code })
  putVirtual(tx, { ...record, status: 'closing', decline: { code, returned } })
}

/** Millisecond at which an add that could not be locked on is declined. */
export function forwardDeadline(record: VirtualRecord, forwardWait: number): number {
  return (Number(record.since) + forwardWait) * 1000
}

/** A hub that holds an incoming lock and has not locked on yet: locks on, waits, or declines. */
export function forward(tx: Tx, situation: Situation): void {
  const { record, role } = situation
  const isDue = role === 'hub' && record.status === 'opening' && record.closingSince === undefined
  if (!isDue || record.outgoing !== undefined || record.decline !== undefined || !incomingStands(situation)) return
  try {
    lockOn(tx, situation)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const mayPass = PASSING.has(error.code) && tx.now < forwardDeadline(record, tx.env.policy.forwardWait)
    if (!mayPass) decline(tx, record, error.code)
  }
}
