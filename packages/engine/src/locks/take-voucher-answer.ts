import {
  type Address,
  highest,
  highestValue,
  ProtocolError,
  type VirtualRecord,
  type VoucherAcceptedMessage,
  type VoucherRefusedMessage,
} from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'

function paidBy(tx: Tx, peer: Address, virtualId: VirtualRecord['virtualId']): VirtualRecord {
  const record = tx.virtuals.get(virtualId)
  if (record?.position !== 0 || record.terms.path.at(-1) !== peer) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  return record
}

/** Handles `voucherAccepted`: the payee durably holds that much. */
export function takeVoucherAccepted(tx: Tx, peer: Address, { virtualId, amount }: VoucherAcceptedMessage): void {
  const record = paidBy(tx, peer, virtualId)
  const signed = highestValue(record.voucher, record.terms.capacity)
  if (amount > signed) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount, capacity: signed })
  const acknowledged = highest(record.acknowledged ?? 0n, amount)
  if (acknowledged !== record.acknowledged) tx.virtuals.set(virtualId, { ...record, acknowledged })
}

/** Handles `voucherRefused`: nothing changes, as what was signed counts as paid; it is told to whoever watches. */
export function takeVoucherRefused(tx: Tx, peer: Address, { virtualId, amount, code }: VoucherRefusedMessage): void {
  paidBy(tx, peer, virtualId)
  tx.env.log.warn('payment refused', { virtualId, amount, code })
}
