import {
  type Address,
  checkOpenForPayments,
  checkPaymentTime,
  checkTotal,
  highestValue,
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
} from '@sluice/protocol'
import { secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../loop/tx.ts'
import { signVoucher } from './open.ts'
import { putVirtual } from './put.ts'
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
  const voucher = signVoucher(tx, virtualId, total)
  const paid = { ...record, voucher }
  putVirtual(tx, paid)
  sendVoucher(tx, paid)
  tx.notify({ type: 'payment', virtualId, role: 'payer', amount: total })
  return voucher
}
