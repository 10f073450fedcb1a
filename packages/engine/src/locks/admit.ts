import {
  checkVoucherSignature,
  highestValue,
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
  type VirtualTerms,
} from '@sluice/protocol'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import { crankLater } from './later.ts'
import { offer } from './offer.ts'
import { virtualOf } from './pay.ts'

function checkStillPays({ status, virtualId, closingSince }: VirtualRecord): void {
  if (status !== 'open' || closingSince !== undefined) {
    throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: status === 'open' ? 'closing' : status })
  }
}

/**
 * The accepted amount, once it is at least `amount`.
 *
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_CLOSED`, `PAYMENT_ABOVE_CAPACITY`.
 */
export function waitForAmount(tx: Tx, virtualId: Id, amount: bigint): bigint | Waiting {
  const record = virtualOf(tx, virtualId)
  const { capacity } = record.terms
  const accepted = highestValue(record.voucher, capacity)
  if (accepted >= amount) return accepted
  if (amount > capacity) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount, capacity })
  checkStillPays(record)
  return new Waiting(`a payment of ${amount} in all`, virtualId)
}

/**
 * A payee's door for a voucher that came by any transport: done once its lock stands durably and the voucher is accepted. The first run
 * is given the voucher; those after it only look.
 *
 * @throws ProtocolError what is wrong with the terms or the voucher, or why it is not accepted.
 */
export function admit(tx: Tx, terms: VirtualTerms, signed: SignedVoucher, isFirstRun: boolean): Id | Waiting {
  const virtualId = tx.env.digests.virtualId(terms)
  const value = highestValue(signed, terms.capacity)
  const before = tx.virtuals.get(virtualId)
  const [payer] = terms.path
  // Others on the path know the terms too: only who holds a voucher of the payer's is let in.
  if (isFirstRun && payer !== undefined) checkVoucherSignature(tx.env, virtualId, payer, signed)
  if (before !== undefined && before.status !== 'early' && highestValue(before.voucher, terms.capacity) >= value) {
    return virtualId
  }
  if (isFirstRun) offer(tx, virtualId, signed, terms)
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  if (record.status !== 'early') checkStillPays(record)
  if (record.offered === undefined)
    throw new ProtocolError('PAYMENT_SIGNATURE_WRONG', { virtualId, expected: terms.path[0] ?? '' })
  crankLater(tx, virtualId)
  return new Waiting('the lock of the virtual channel to arrive', virtualId)
}
