import { checkPayment, highestValue, ProtocolError, type SignedVoucher, type VirtualRecord } from '@sluice/protocol'
import { isClosing, secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { isBlind } from '../watch/blind.ts'
import { putVirtual } from './put.ts'
import { incomingStands, type Situation } from './situation.ts'
import { untilOf } from './view.ts'

function withoutOffer({ offered: _, ...rest }: VirtualRecord): VirtualRecord {
  return rest
}

/** Tells the payer what is durably accepted, if a session with it stands. */
export function acknowledge(tx: Tx, { terms, virtualId, voucher }: VirtualRecord): void {
  const [payer] = terms.path
  const amount = highestValue(voucher, terms.capacity)
  if (payer !== undefined) tx.volatile(payer, { type: 'voucherAccepted', virtualId, amount })
}

function check(tx: Tx, situation: Situation, offered: SignedVoucher): bigint {
  const { record, incoming, outcome } = situation
  const { virtualId, terms } = record
  const [payer] = terms.path
  if (payer === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  const isOver = record.status !== 'open' || record.closingSince !== undefined
  const context = {
    virtualId,
    payer,
    capacity: terms.capacity,
    highest: record.voucher,
    lockStands: incomingStands(situation),
    closing: isOver || incoming === undefined || isClosing(tx, incoming),
    outcome,
    until: untilOf(record),
    now: secondsOf(tx),
  }
  return checkPayment(tx.env, context, offered, tx.env.policy)
}

function refuse(tx: Tx, { terms, virtualId }: VirtualRecord, offered: SignedVoucher, code: string): void {
  const [payer] = terms.path
  const amount = highestValue(offered, terms.capacity)
  if (payer !== undefined) tx.volatile(payer, { type: 'voucherRefused', virtualId, amount, code })
}

/** Accepts or refuses the highest voucher that a payee was offered; of a burst in one batch, that is the only one checked. */
export function acceptOffer(tx: Tx, situation: Situation): void {
  const { record, role } = situation
  const { offered, virtualId } = record
  if (offered === undefined || role !== 'payee' || isBlind(tx)) return
  const rest = withoutOffer(record)
  try {
    const amount = check(tx, situation, offered)
    putVirtual(tx, { ...rest, voucher: offered })
    acknowledge(tx, { ...rest, voucher: offered })
    tx.notify({ type: 'payment', virtualId, role: 'payee', amount })
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    tx.virtuals.set(virtualId, rest)
    if (error.code === 'PAYMENT_NOT_ABOVE') acknowledge(tx, rest)
    else refuse(tx, rest, offered, error.code)
  }
}
