import {
  type Address,
  type ClaimMessage,
  checkVoucherSignature,
  checkVoucherTicks,
  highestValue,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
} from '@sluice/protocol'
import { secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { crankLater } from './later.ts'
import { putVirtual } from './put.ts'
import { nextOf } from './situation.ts'

/** Checks the voucher that comes with a claim, and what it is worth, base units. */
function checkClaimed(tx: Tx, { terms, virtualId, voucher }: VirtualRecord, claimed: SignedVoucher): bigint {
  const [payer] = terms.path
  if (payer === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  if (claimed.voucher.amount > terms.capacity) {
    throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount: claimed.voucher.amount, capacity: terms.capacity })
  }
  checkVoucherTicks(tx.env, claimed, undefined, tx.env.policy.tickCountMax)
  checkVoucherSignature(tx.env, virtualId, payer, claimed)
  const value = highestValue(claimed, terms.capacity)
  const signed = highestValue(voucher, terms.capacity)
  if (payer === tx.env.self && value > signed) {
    throw new ProtocolError('FOLD_TOO_HIGH', { virtualId, amount: value, allowed: signed })
  }
  return value
}

/** What a claim's voucher makes of the one held: a hub keeps the highest; the payer signed it itself. */
function heldAfter(
  record: VirtualRecord,
  claimed: SignedVoucher | undefined,
): Pick<VirtualRecord, 'voucher'> | undefined {
  const { capacity } = record.terms
  const isHigher = highestValue(claimed, capacity) > highestValue(record.voucher, capacity)
  return claimed !== undefined && record.position > 0 && isHigher ? { voucher: claimed } : undefined
}

/** Handles `claim`: the neighbour towards the payee asks that the lock be folded at the voucher's value. */
export function takeClaim(tx: Tx, peer: Address, { virtualId, voucher }: ClaimMessage): void {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined || record.outgoing === undefined || nextOf(record) !== peer) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  // Who declined did not go further: nothing can have been paid, and the lock is folded at 0.
  if (record.decline !== undefined) return
  const claimed = voucher === undefined ? 0n : checkClaimed(tx, record, voucher)
  putVirtual(tx, {
    ...record,
    ...heldAfter(record, voucher),
    claimed,
    ...(record.status === 'open' && { status: 'closing' }),
    closingSince: record.closingSince ?? secondsOf(tx),
  })
  crankLater(tx, virtualId)
}
