import {
  checkPayment,
  highestValue,
  holdsLock,
  type Id,
  outcomeForRules,
  type PayeeRecord,
  ProtocolError,
  type SignedVoucher,
} from '@sluice/protocol'
import { isClosing, secondsOf } from '../../lanes/channel.ts'
import type { Tx } from '../../ports/tx.ts'
import { isChainStale } from '../../watch/stale.ts'
import { advancePayee } from '../advance.ts'
import { outcomeOf } from '../context.ts'
import { incomingLeg, untilOf, voucherOf } from '../record.ts'

/** What a payment is worth, if the payee accepts it. @throws ProtocolError why it does not. */
function check(tx: Tx, record: PayeeRecord, signed: SignedVoucher): bigint {
  const { virtualId, terms, phase } = record
  const leg = incomingLeg(record)
  const channel = leg && tx.channels.get(leg.channelId)
  const [payer] = terms.path
  if (payer === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  const context = {
    virtualId,
    payer,
    capacity: terms.capacity,
    highest: voucherOf(record),
    lockStands: leg !== undefined && channel !== undefined && holdsLock(channel.in.current, leg.slot, virtualId),
    closing: phase.type !== 'open' || channel === undefined || isClosing(tx, channel),
    outcome: outcomeForRules(outcomeOf(tx, virtualId)),
    until: untilOf(record),
    now: secondsOf(tx),
  }
  return checkPayment(tx.env, context, signed, tx.env.policy)
}

/**
 * Accepts a payment. Nothing changes if it is not accepted.
 *
 * @throws ProtocolError why it is not.
 */
export function accept(tx: Tx, record: PayeeRecord, signed: SignedVoucher): void {
  const amount = check(tx, record, signed)
  // The id is in memory once, in the record: it came with the voucher again.
  const voucher = { ...signed, voucher: { ...signed.voucher, virtualId: record.virtualId } }
  advancePayee(tx, record, { type: 'pay', voucher })
  tx.notify({ type: 'payment', virtualId: record.virtualId, role: 'payee', amount })
}

/** Tells the payer what is durably accepted, or why a payment is not. */
function answer(tx: Tx, record: PayeeRecord, signed: SignedVoucher, error: ProtocolError): void {
  const { virtualId, terms } = record
  const [payer] = terms.path
  if (payer === undefined) return
  if (error.code === 'PAYMENT_NOT_ABOVE') {
    const amount = highestValue(voucherOf(record), terms.capacity)
    tx.volatile(payer, { type: 'voucherAccepted', virtualId, amount })
  } else {
    const amount = highestValue(signed, terms.capacity)
    tx.volatile(payer, { type: 'voucherRefused', virtualId, amount, code: error.code })
  }
}

/** Accepts or refuses the highest voucher that a payee was offered; of a burst in one batch, that is the only one checked. */
export function acceptOffer(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  const offer = tx.offers.get(virtualId)
  // Who can't see the chain could not see the start of a close: the payment waits for a block.
  if (offer === undefined || record?.role !== 'payee' || isChainStale(tx)) return
  tx.offers.set(virtualId, undefined)
  try {
    accept(tx, record, offer.signed)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    answer(tx, record, offer.signed, error)
  }
}

/** Looks at what a payee was offered once the batch's events are all in. */
export function acceptOfferAtEnd(tx: Tx, virtualId: Id): void {
  tx.atEnd('process', `offer/${virtualId}`, (end) => acceptOffer(end, virtualId))
}
