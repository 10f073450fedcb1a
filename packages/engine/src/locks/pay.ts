import {
  type Address,
  checkOpenForPayments,
  checkPaymentTime,
  checkTotal,
  highest,
  highestValue,
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
} from '@sluice/protocol'
import { secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { putVirtual } from './put.ts'
import { raiseTo } from './sign-voucher.ts'
import { outcomeOf, outgoingStands, roleOf, situationOf } from './situation.ts'

/** A virtual channel by its id. @throws ProtocolError `VIRTUAL_UNKNOWN`. */
export function virtualOf(tx: Tx, virtualId: Id): VirtualRecord {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined || record.status === 'early') throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  return record
}

/** Refuses to sign a voucher that would be lost, or that a standing fold forbids. */
function checkMayPay(tx: Tx, record: VirtualRecord): void {
  const { virtualId, status } = record
  if (roleOf(record) !== 'payer') throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payer' })
  if (status !== 'open') throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status })
  checkOpenForPayments(virtualId, record.closingSince !== undefined, outcomeOf(tx, virtualId))
  if (!outgoingStands(situationOf(tx, record))) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  checkPaymentTime(virtualId, record.memo.until.at(-1) ?? 0n, secondsOf(tx), tx.env.policy.voucherMargin)
}

/** Sends the payee the highest voucher; with the terms, until it has answered once. */
export function sendVoucher(tx: Tx, { voucher, terms, acknowledged }: VirtualRecord): void {
  const payee: Address | undefined = terms.path.at(-1)
  if (voucher === undefined || payee === undefined) return
  tx.volatile(payee, { type: 'voucher', ...(acknowledged === undefined && { terms }), signed: voucher })
}

/** Sends a payment: the tick alone, if the payee is known to hold its voucher. */
function sendPayment(tx: Tx, record: VirtualRecord): void {
  const { voucher: signed, virtualId, terms, acknowledged } = record
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
  checkMayPay(tx, record)
  checkTotal(total, highestValue(record.voucher, record.terms.capacity), record.terms.capacity)
  const { tickSeed: _, ...rest } = record
  const paid = { ...rest, ...raiseTo(tx, record, total) }
  putVirtual(tx, paid)
  sendPayment(tx, paid)
  tx.notify({ type: 'payment', virtualId, role: 'payer', amount: total })
  return paid.voucher
}
