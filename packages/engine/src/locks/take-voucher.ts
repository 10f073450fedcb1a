import { type Address, ProtocolError, type VoucherMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { offer } from './offer.ts'

/** Handles `voucher`: a payment, from the payer's own session. */
export function takeVoucher(tx: Tx, peer: Address, { signed, terms }: VoucherMessage): void {
  const { virtualId } = signed.voucher
  const known = tx.virtuals.get(virtualId)?.terms ?? terms
  if (known?.path[0] !== peer) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  offer(tx, virtualId, signed, terms)
}
