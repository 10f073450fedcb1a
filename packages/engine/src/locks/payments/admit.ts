import {
  checkVoucherSignature,
  highestValue,
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
  type VirtualTerms,
} from '@sluice/protocol'
import { Waiting } from '../../loop/waiting.ts'
import type { Tx } from '../../ports/tx.ts'
import { isChainStale } from '../../watch/stale.ts'
import { virtualOf, voucherOf } from '../record.ts'
import { accept } from './accept.ts'
import { checkEarly } from './offers.ts'

function checkStillPays({ phase, virtualId }: VirtualRecord): void {
  if (phase.type !== 'open') throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: phase.type })
}

/**
 * The accepted amount, once it is at least `amount`.
 *
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_CLOSED`, `PAYMENT_ABOVE_CAPACITY`.
 */
export function waitForAmount(tx: Tx, virtualId: Id, amount: bigint): bigint | Waiting {
  const record = virtualOf(tx, virtualId)
  const { capacity } = record.terms
  const accepted = highestValue(voucherOf(record), capacity)
  if (accepted >= amount) return accepted
  if (amount > capacity) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount, capacity })
  checkStillPays(record)
  return new Waiting(`a payment of ${amount} in all`, virtualId)
}

/**
 * A payee's door for a voucher that came by any transport: done once its lock stands durably and the voucher is accepted. Every run looks
 * anew, so nothing is kept of a call that waits; the caller bounds the time.
 *
 * @throws ProtocolError what is wrong with the terms or the voucher, or why it is not accepted.
 */
export function admit(tx: Tx, terms: VirtualTerms, signed: SignedVoucher): Id | Waiting {
  const virtualId = tx.env.digests.virtualId(terms)
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) {
    checkEarly(tx, virtualId, terms, signed)
    return new Waiting('the lock of the virtual channel to arrive', virtualId)
  }
  if (record.role !== 'payee') throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payee' })
  const [payer] = terms.path
  // Others on the path know the terms too: only who holds a voucher of the payer's is let in.
  if (payer !== undefined) checkVoucherSignature(tx.env, virtualId, payer, signed)
  if (highestValue(voucherOf(record), terms.capacity) >= highestValue(signed, terms.capacity)) return virtualId
  checkStillPays(record)
  if (isChainStale(tx)) return new Waiting('a block of the chain', virtualId)
  accept(tx, record, signed)
  return virtualId
}
