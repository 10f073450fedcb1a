import {
  type Address,
  type Claim,
  type ClaimMessage,
  checkVoucherSignature,
  checkVoucherTicks,
  type DeclineMessage,
  feesFrom,
  type HubRecord,
  highestValue,
  type Id,
  lowest,
  type PayerRecord,
  ProtocolError,
  type RequestCloseMessage,
  type SignedVoucher,
} from '@sluice/protocol'
import { channelOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { advance, processVirtualAtEnd, requestClose } from './advance.ts'
import { publishChangedPrice } from './neighbours/publish-policy.ts'
import { noteReturned } from './neighbours/standing.ts'
import { nextOf, outgoingLeg, previousOf, virtualOf, voucherOf } from './record.ts'

/** A virtual channel that this side pays or passes on to a peer. @throws ProtocolError `VIRTUAL_UNKNOWN`. */
function passedTo(tx: Tx, peer: Address, virtualId: Id): PayerRecord | HubRecord {
  const record = virtualOf(tx, virtualId)
  if (record.role === 'payee' || outgoingLeg(record) === undefined || nextOf(record) !== peer) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  return record
}

/** Checks the voucher that comes with a claim, and what it is worth, base units. */
function checkClaimed(tx: Tx, record: PayerRecord | HubRecord, claimed: SignedVoucher): bigint {
  const { terms, virtualId, role } = record
  const [payer] = terms.path
  if (payer === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  if (claimed.voucher.amount > terms.capacity) {
    throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount: claimed.voucher.amount, capacity: terms.capacity })
  }
  // A signature costs one look, ticks up to thousands of hashes: those of nobody's voucher are not made.
  checkVoucherSignature(tx.env, virtualId, payer, claimed)
  checkVoucherTicks(tx.env, claimed, undefined, tx.env.policy.tickCountMax)
  const value = highestValue(claimed, terms.capacity)
  const signed = highestValue(voucherOf(record), terms.capacity)
  if (role === 'payer' && value > signed) {
    throw new ProtocolError('FOLD_TOO_HIGH', { virtualId, amount: value, allowed: signed })
  }
  return value
}

/** Handles `claim`: the neighbour towards the payee asks that the lock be folded at the voucher's value. */
export function handleClaim(tx: Tx, peer: Address, { virtualId, voucher }: ClaimMessage): void {
  const record = passedTo(tx, peer, virtualId)
  const claim: Claim = {
    amount: voucher === undefined ? 0n : checkClaimed(tx, record, voucher),
    ...(voucher && { voucher }),
  }
  advance(tx, record, { type: 'claim', claim })
  processVirtualAtEnd(tx, virtualId)
}

/** The channel that a decline comes by, and what of the fees really came back on its other lane, base units. */
function returnedFees(
  tx: Tx,
  record: PayerRecord | HubRecord,
  returned: bigint,
): { channelId: Id; amount: bigint } | undefined {
  const leg = outgoingLeg(record)
  if (leg === undefined) return undefined
  const { channelId, surplus } = channelOf(tx, leg.channelId)
  return { channelId, amount: lowest(returned, surplus, feesFrom(record.memo, record.position)) }
}

/** Handles `decline`: the next hop accepted the lock and goes no further, so it is folded at 0. What came back is counted once. */
export function handleDecline(tx: Tx, peer: Address, { virtualId, code, returned }: DeclineMessage): void {
  const record = passedTo(tx, peer, virtualId)
  const came = returnedFees(tx, record, returned)
  const event = { type: 'decline', code, returned: came?.amount ?? 0n } as const
  const taken = advance(tx, record, event)
  if (taken !== undefined && record.role === 'hub') {
    noteReturned(tx, record, 'declined')
    publishChangedPrice(tx, previousOf(record))
  }
  if (taken !== undefined && came !== undefined) {
    const channel = channelOf(tx, came.channelId)
    tx.channels.set(came.channelId, { ...channel, surplus: channel.surplus - came.amount })
  }
  processVirtualAtEnd(tx, virtualId)
}

/** Handles `requestClose`: the neighbour towards the payer wants the virtual channel closed. */
export function handleRequestClose(tx: Tx, peer: Address, { virtualId }: RequestCloseMessage): void {
  const record = virtualOf(tx, virtualId)
  if (previousOf(record) !== peer) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  requestClose(tx, record)
}
