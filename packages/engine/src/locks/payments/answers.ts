import {
  type Address,
  highest,
  highestValue,
  type Id,
  type PayerRecord,
  ProtocolError,
  type VoucherAcceptedMessage,
  type VoucherRefusedMessage,
} from '@sluice/protocol'
import { Waiting } from '../../loop/waiting.ts'
import type { Tx } from '../../ports/tx.ts'
import { virtualOf, voucherOf } from '../record.ts'
import { sendVoucher } from './pay.ts'

function paidTo(tx: Tx, payee: Address, virtualId: Id): PayerRecord {
  const record = tx.virtuals.get(virtualId)
  if (record?.role !== 'payer' || record.terms.path.at(-1) !== payee) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  return record
}

/** Whether the payee has not answered the highest voucher yet. */
export function isUnacknowledged(tx: Tx, record: PayerRecord): boolean {
  const acknowledged = tx.acknowledged.get(record.virtualId)?.amount ?? 0n
  return highestValue(voucherOf(record), record.terms.capacity) > acknowledged
}

/**
 * Handles `voucherAccepted`: the payee durably holds that much. Nothing at all means that its lock has just arrived and no voucher with
 * it, as there was no room for it before: it is sent again.
 */
export function handleVoucherAccepted(tx: Tx, peer: Address, { virtualId, amount }: VoucherAcceptedMessage): void {
  const record = paidTo(tx, peer, virtualId)
  const signed = highestValue(voucherOf(record), record.terms.capacity)
  if (amount > signed) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount, capacity: signed })
  const before = tx.acknowledged.get(virtualId)
  const acknowledged = highest(before?.amount ?? 0n, amount)
  if (acknowledged !== before?.amount) tx.acknowledged.set(virtualId, { virtualId, amount: acknowledged })
  if (amount === 0n && record.phase.type === 'open') sendVoucher(tx, record)
}

/** Handles `voucherRefused`: nothing changes, as what was signed counts as paid; subscribers are notified. */
export function handleVoucherRefused(tx: Tx, peer: Address, { virtualId, amount, code }: VoucherRefusedMessage): void {
  paidTo(tx, peer, virtualId)
  // It is sent again when the payee says that the lock is there.
  if (code !== 'VIRTUAL_NO_LOCK') tx.env.log.warn('payment refused', { virtualId, amount, code })
}

/**
 * Done once the payee holds all that the payer signed. The request to close takes another way than the vouchers, and what is still on its
 * way when it arrives is not accepted any more. @throws ProtocolError `VIRTUAL_UNKNOWN`.
 */
export function awaitAnswer(tx: Tx, virtualId: Id): true | Waiting {
  const record = virtualOf(tx, virtualId)
  if (record.role !== 'payer' || record.phase.type !== 'open' || !isUnacknowledged(tx, record)) return true
  return new Waiting('the payee to say that it holds the last payment', virtualId)
}
