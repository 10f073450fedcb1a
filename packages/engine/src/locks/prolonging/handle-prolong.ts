import {
  type Address,
  checkFee,
  checkProlong,
  feesOf,
  type HubRecord,
  type PayeeRecord,
  type ProlongMessage,
  ProtocolError,
  SluiceError,
} from '@sluice/protocol'
import { channelOf, isLeaving, secondsOf } from '../../lanes/channel.ts'
import type { Tx } from '../../ports/tx.ts'
import { isChainStale } from '../../watch/stale.ts'
import { outcomeOf } from '../context.ts'
import { timeFeeFor } from '../neighbours/price.ts'
import { checkOwesNothing } from '../neighbours/trust.ts'
import { incomingLeg, previousOf, prolongedBy, untilOf, virtualOf } from '../record.ts'
import { payBack } from './pay-back.ts'
import { prolongedTo } from './prolong.ts'
import { askNext, sendPaid } from './send.ts'

type Prolonging = Omit<ProlongMessage, 'type'>

function receivedFrom(tx: Tx, peer: Address, { virtualId }: Prolonging): HubRecord | PayeeRecord {
  const record = virtualOf(tx, virtualId)
  if (record.role === 'payer' || previousOf(record) !== peer || incomingLeg(record) === undefined) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  return record
}

/** It has to be open here, towards the payee too, and no channel of it on its way out. */
function checkOpen(tx: Tx, record: HubRecord | PayeeRecord): void {
  const { phase, virtualId } = record
  const isOpen = phase.type === 'open' || phase.type === 'forwarded'
  const outcome = outcomeOf(tx, virtualId).type
  if (!isOpen || outcome !== 'quiet') {
    throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: isOpen ? outcome : phase.type })
  }
  for (const { channelId } of 'outgoing' in phase ? [phase.incoming, phase.outgoing] : [phase.incoming]) {
    if (isLeaving(tx, channelOf(tx, channelId))) throw new ProtocolError('CHANNEL_CLOSING', { channelId })
  }
  if (isChainStale(tx)) throw new ProtocolError('FORWARD_CHAIN_STALE')
}

/** A hub is paid for the time, and asks the next member for as much: nothing is paid on that did not come in. */
function passOn(tx: Tx, record: HubRecord, peer: Address, seconds: bigint, { until, fees }: Prolonging): bigint {
  const { phase, memo, position, virtualId, terms } = record
  if (phase.type !== 'forwarded') throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: phase.type })
  checkOwesNothing(tx, peer)
  const [own = 0n, ...rest] = fees
  checkFee(own, timeFeeFor(tx, peer, terms.capacity, seconds))
  const margin = (memo.until[position - 1] ?? 0n) - (memo.until[position] ?? 0n)
  askNext(tx, phase.outgoing.channelId, virtualId, until - margin, rest)
  return feesOf(rest)
}

/** Takes what was paid for it out of what the peer has paid beside all else. */
function spend(tx: Tx, record: HubRecord | PayeeRecord, amount: bigint): void {
  const { channelId } = incomingLeg(record) ?? {}
  if (channelId === undefined || amount === 0n) return
  const channel = channelOf(tx, channelId)
  tx.channels.set(channelId, { ...channel, surplus: channel.surplus - amount })
}

/** What stood before stands; what was paid for it goes back, as far as it came in. */
function decline(tx: Tx, record: HubRecord | PayeeRecord, peer: Address, code: string, asked: Prolonging): void {
  const { channelId } = incomingLeg(record) ?? {}
  const { virtualId, until, fees } = asked
  const needed = feesOf(fees)
  const isPaid = channelId !== undefined && channelOf(tx, channelId).surplus >= needed
  tx.env.log.info('not prolonging', { virtualId, code })
  const returned = isPaid ? payBack(tx, record, needed) : 0n
  spend(tx, record, returned)
  sendPaid(tx, peer, { type: 'prolongDecline', virtualId, until, code, returned }, returned)
}

function take(tx: Tx, record: HubRecord | PayeeRecord, peer: Address, asked: Prolonging): void {
  const { virtualId, terms, position } = record
  const { until, fees } = asked
  checkOpen(tx, record)
  const { channelId } = incomingLeg(record) ?? {}
  const paid = channelId === undefined ? 0n : channelOf(tx, channelId).surplus
  const [standing, now] = [untilOf(record), secondsOf(tx)]
  const { lifetimeMax } = tx.env.policy
  checkProlong({ terms, position, until, standing, fees, paid, now, lifetimeMax })
  const paidOn = record.role === 'hub' ? passOn(tx, record, peer, until - standing, asked) : 0n
  const received = feesOf(fees)
  spend(tx, record, received)
  const by = prolongedBy(record) + until - standing
  tx.virtuals.set(virtualId, { ...record, prolonged: prolongedTo(record, by, { at: now, received, paidOn }) })
}

/** Handles `prolong`: the neighbour towards the payer lets a virtual channel live longer. What cannot be granted is declined. */
export function handleProlong(tx: Tx, peer: Address, asked: ProlongMessage): void {
  const record = receivedFrom(tx, peer, asked)
  try {
    take(tx, record, peer, asked)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    decline(tx, record, peer, error.code, asked)
  }
}
