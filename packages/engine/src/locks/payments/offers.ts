import {
  type Address,
  checkNonceAge,
  checkVirtualTerms,
  checkVoucherSignature,
  highestValue,
  type Id,
  isStanding,
  ProtocolError,
  type SignedVoucher,
  type TickMessage,
  type VirtualRecord,
  type VirtualTerms,
  type VoucherMessage,
} from '@sluice/protocol'
import { secondsOf } from '../../lanes/channel.ts'
import type { Environment } from '../../ports/environment.ts'
import type { Offer, Tx } from '../../ports/tx.ts'
import { voucherOf } from '../record.ts'
import { acceptOfferAtEnd } from './accept.ts'

/** Whether this side has a channel by which the lock can come: room is nobody's who has none. */
function hasChannel(tx: Tx, neighbour: Address, token: Address): boolean {
  return tx.channelsWith(neighbour).some((channelId) => {
    const channel = tx.channels.get(channelId)
    return channel !== undefined && isStanding(channel.phase) && channel.terms.token === token
  })
}

/** Whether there is room, for all and for those that are to come by this neighbour. */
function isRoomForEarly(tx: Tx, neighbour: Address): boolean {
  const { earlyVouchersMax, earlyVouchersPerPeerMax } = tx.env.policy
  return tx.earlyOffers(neighbour) < earlyVouchersPerPeerMax && tx.earlyOffers() < earlyVouchersMax
}

/**
 * Refuses a voucher whose lock has not arrived and can't be awaited here. Returns the neighbour by whom the lock is to come.
 *
 * @throws ProtocolError `TERMS_…`, `VIRTUAL_ROLE`, `ADD_NONCE_AGE`, `PAYMENT_SIGNATURE_WRONG`, `VIRTUAL_NO_LOCK`.
 */
export function checkEarly(tx: Tx, virtualId: Id, terms: VirtualTerms, signed: SignedVoucher): Address {
  checkVirtualTerms(terms)
  const [payer] = terms.path
  const neighbour = terms.path.at(-2)
  if (terms.path.at(-1) !== tx.env.self || payer === undefined || neighbour === undefined) {
    throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payee' })
  }
  checkNonceAge(terms.nonce, secondsOf(tx), tx.env.policy.nonceAgeMax)
  checkVoucherSignature(tx.env, virtualId, payer, signed)
  if (!hasChannel(tx, neighbour, terms.token)) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  return neighbour
}

/** Whether a voucher is worth more than one that waits to be checked. */
function isHigher(offer: Offer | undefined, signed: SignedVoucher, { capacity }: VirtualTerms): boolean {
  return offer === undefined || highestValue(signed, capacity) > highestValue(offer.signed, capacity)
}

/** Holds a voucher whose lock has not arrived, for a bounded time and number. One that finds no room is repeated by its payer once the lock is there. */
function holdEarly(tx: Tx, virtualId: Id, terms: VirtualTerms, signed: SignedVoucher): void {
  const from = checkEarly(tx, virtualId, terms, signed)
  const known = tx.offers.get(virtualId)
  if (!isHigher(known, signed, terms)) return
  if (known === undefined && !isRoomForEarly(tx, from)) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  tx.offers.set(virtualId, { virtualId, terms, signed, since: known?.since ?? secondsOf(tx), from })
}

/**
 * A payee is offered a voucher: the highest offered is checked at the end of the batch, or once its lock stands.
 *
 * It comes from the payer's own session, or its signature was checked: else a forged one could displace another that waits.
 *
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_ROLE`, and what is wrong with one that is early.
 */
export function offer(tx: Tx, virtualId: Id, signed: SignedVoucher, terms?: VirtualTerms): void {
  if (signed.voucher.virtualId !== virtualId) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) {
    const known = tx.offers.get(virtualId)?.terms ?? terms
    if (known === undefined || tx.env.digests.virtualId(known) !== virtualId) {
      throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
    }
    holdEarly(tx, virtualId, known, signed)
    return
  }
  if (record.role !== 'payee') throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payee' })
  if (isHigher(tx.offers.get(virtualId), signed, record.terms)) {
    tx.offers.set(virtualId, { virtualId, terms: record.terms, signed, since: secondsOf(tx) })
  }
  acceptOfferAtEnd(tx, virtualId)
}

/** A payee's lock arrived: what waited for it is checked. Where nothing waited, the payer hears that payments are awaited. */
export function arrived(tx: Tx, record: VirtualRecord): void {
  if (record.role !== 'payee' || record.phase.type !== 'open') return
  const { virtualId, terms } = record
  const waiting = tx.offers.get(virtualId)
  const [payer] = terms.path
  if (waiting !== undefined) {
    const { from: _, ...rest } = waiting
    tx.offers.set(virtualId, rest)
    acceptOfferAtEnd(tx, virtualId)
  } else if (payer !== undefined) {
    tx.volatile(payer, { type: 'voucherAccepted', virtualId, amount: 0n })
  }
}

/** Millisecond until which an offer waits for its lock; undefined once it is there. */
export function offerDue({ from, since }: Offer, { policy }: Environment): number | undefined {
  return from === undefined ? undefined : Number(since + BigInt(policy.earlyVoucherWait)) * 1000
}

/** Drops a payment whose lock did not arrive in time. */
export function offerTimer(tx: Tx, virtualId: Id): void {
  const offer = tx.offers.get(virtualId)
  const until = offer && offerDue(offer, tx.env)
  if (until !== undefined && until <= tx.now) tx.offers.set(virtualId, undefined)
}

function refuse(tx: Tx, payer: Address, virtualId: Id, amount: bigint, error: unknown): void {
  if (error instanceof ProtocolError && error.code === 'VIRTUAL_NO_LOCK') {
    tx.volatile(payer, { type: 'voucherRefused', virtualId, amount, code: error.code })
    tx.env.log.debug('no room for an early payment', { virtualId, payer })
    return
  }
  throw error
}

/** Handles `voucher`: a payment, from the payer's own session. */
export function handleVoucher(tx: Tx, peer: Address, { signed, terms }: VoucherMessage): void {
  const { virtualId } = signed.voucher
  const known = tx.virtuals.get(virtualId)?.terms ?? tx.offers.get(virtualId)?.terms ?? terms
  if (known?.path[0] !== peer) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  try {
    offer(tx, virtualId, signed, terms)
  } catch (error) {
    refuse(tx, peer, virtualId, highestValue(signed, known.capacity), error)
  }
}

/** Handles `tick`: a payment by one hash of the newest voucher's chain. */
export function handleTick(tx: Tx, peer: Address, { virtualId, anchor, index, preimage }: TickMessage): void {
  const record = tx.virtuals.get(virtualId)
  const known = tx.offers.get(virtualId)
  const terms = record?.terms ?? known?.terms
  const held = [known?.signed, record && voucherOf(record)]
  const signed = held.find((one) => one?.voucher.tickAnchor === anchor)
  if (terms?.path[0] !== peer || signed === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  offer(tx, virtualId, { ...signed, tick: { index, preimage } })
}
