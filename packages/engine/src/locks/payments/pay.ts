import {
  type Address,
  checkOpenForPayments,
  checkPaymentTime,
  checkTotal,
  draftState,
  highest,
  highestValue,
  holdsLock,
  type Id,
  outcomeForRules,
  type PayerRecord,
  ProtocolError,
  type SignedVoucher,
} from '@sluice/protocol'
import { secondsOf } from '../../lanes/channel.ts'
import type { Tx } from '../../ports/tx.ts'
import { advancePayer } from '../advance.ts'
import { outcomeOf } from '../context.ts'
import { hopUntil, virtualOf, voucherOf } from '../record.ts'
import { raiseTo } from './sign-voucher.ts'

/** Refuses to sign a voucher that would be lost, or that a standing fold forbids. */
function checkMayPay(tx: Tx, record: PayerRecord): void {
  const { virtualId, phase } = record
  if (phase.type !== 'open') throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: phase.type })
  checkOpenForPayments(virtualId, false, outcomeForRules(outcomeOf(tx, virtualId)))
  const { channelId, slot } = phase.outgoing
  const channel = tx.channels.get(channelId)
  if (channel === undefined || !holdsLock(draftState(channel.out), slot, virtualId)) {
    throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  }
  checkPaymentTime(virtualId, hopUntil(record, -1), secondsOf(tx), tx.env.policy.voucherMargin)
}

/** Sends the payee the highest voucher; with the terms, until it has answered once. */
export function sendVoucher(tx: Tx, record: PayerRecord): void {
  const { terms, virtualId } = record
  const payee: Address | undefined = terms.path.at(-1)
  const signed = voucherOf(record)
  if (signed === undefined || payee === undefined) return
  const isKnown = (tx.acknowledged.get(virtualId)?.amount ?? 0n) > 0n
  tx.volatile(payee, { type: 'voucher', ...(!isKnown && { terms }), signed })
}

/** Sends a payment: the tick alone, if the payee is known to hold its voucher. */
function sendPayment(tx: Tx, record: PayerRecord): void {
  const { virtualId, terms } = record
  const signed = voucherOf(record)
  const acknowledged = tx.acknowledged.get(virtualId)?.amount
  const payee = terms.path.at(-1)
  // A voucher of 0 pays nothing by itself, so nothing acknowledged says that it was kept.
  const least = highest(signed?.voucher.amount ?? 0n, 1n)
  const isKnown = acknowledged !== undefined && acknowledged >= least
  if (signed?.tick === undefined || !isKnown || payee === undefined) {
    sendVoucher(tx, record)
    return
  }
  tx.volatile(payee, { type: 'tick', virtualId, anchor: signed.voucher.tickAnchor, ...signed.tick })
}

/**
 * Raises what is paid over a virtual channel to a total.
 *
 * @param total Base units, cumulative.
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_ROLE`, `VIRTUAL_CLOSED`, `VIRTUAL_NO_LOCK`, `VIRTUAL_EXPIRED`, `PAYMENT_NOT_ABOVE`,
 *   `PAYMENT_ABOVE_CAPACITY`.
 */
export function pay(tx: Tx, virtualId: Id, total: bigint): SignedVoucher {
  const record = virtualOf(tx, virtualId)
  if (record.role !== 'payer') throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payer' })
  checkMayPay(tx, record)
  const { capacity } = record.terms
  checkTotal(total, highestValue(voucherOf(record), capacity), capacity)
  const { voucher, tickSeed } = raiseTo(tx, record, total)
  advancePayer(tx, record, { type: 'pay', voucher, ...(tickSeed !== undefined && { tickSeed }) })
  const paid = virtualOf(tx, virtualId)
  if (paid.role === 'payer') sendPayment(tx, paid)
  tx.notify({ type: 'payment', virtualId, role: 'payer', amount: total })
  return voucher
}
