import { ProtocolError } from '../errors.ts'
import type { Address, Id } from '../primitives/hex.ts'
import { ZERO_HASH } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import { checkTick, checkTickFields } from '../terms/ticks.ts'
import type { SignedVoucher } from '../terms/voucher.ts'
import { voucherValue } from '../terms/voucher-value.ts'
import type { VirtualOutcome } from './fold-payer.ts'

/** What V's payee knows when a payment arrives. */
export interface PaymentContext {
  readonly virtualId: Id
  readonly payer: Address
  readonly capacity: bigint
  /** The highest voucher accepted so far. */
  readonly highest: SignedVoucher | undefined
  /** Whether V's lock stands in the newest lane voucher received. */
  readonly lockStands: boolean
  /** Whether this side closes V, or a close of the lock's channel is known. */
  readonly closing: boolean
  readonly outcome: VirtualOutcome
  /** Unix second until which the payee's hop lets V live. */
  readonly until: bigint
  /** Unix seconds. */
  readonly now: bigint
}

/** The limits that a payment is held against. */
export interface PaymentLimits {
  /** Seconds. */
  readonly voucherMargin: number
  readonly tickCountMax: number
}

/** Refuses a payment that no lock stands for. @throws ProtocolError `VIRTUAL_NO_LOCK`. */
export function checkLockStands(virtualId: Id, stands: boolean): void {
  if (!stands) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
}

/** Refuses a payment on what is on its way out. @throws ProtocolError `VIRTUAL_CLOSED`. */
export function checkOpenForPayments(virtualId: Id, closing: boolean, outcome: VirtualOutcome): void {
  if (closing) throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: 'closing' })
  if (outcome.closing) throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: 'closing on chain' })
  if (outcome.finalAmount !== undefined) throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: 'final' })
}

/** Refuses a payment that would leave no time to claim it. @throws ProtocolError `VIRTUAL_EXPIRED`. */
export function checkPaymentTime(virtualId: Id, until: bigint, now: bigint, margin: number): void {
  if (until - now < BigInt(margin)) throw new ProtocolError('VIRTUAL_EXPIRED', { virtualId, until })
}

/** Refuses a total outside what was paid before and the capacity. @throws ProtocolError `PAYMENT_NOT_ABOVE`, `PAYMENT_ABOVE_CAPACITY`. */
export function checkTotal(amount: bigint, highest: bigint, capacity: bigint): void {
  if (amount <= highest) throw new ProtocolError('PAYMENT_NOT_ABOVE', { amount, highest })
  if (amount > capacity) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount, capacity })
}

/** Refuses a voucher that V's payer did not sign. @throws ProtocolError `VIRTUAL_UNKNOWN`, `PAYMENT_SIGNATURE_WRONG`. */
export function checkVoucherSignature(
  hashing: LaneHashing,
  virtualId: Id,
  payer: Address,
  signed: SignedVoucher,
): void {
  if (signed.voucher.virtualId !== virtualId)
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId: signed.voucher.virtualId })
  if (hashing.crypto.recover(hashing.digests.voucher(signed.voucher), signed.signature) !== payer) {
    throw new ProtocolError('PAYMENT_SIGNATURE_WRONG', { virtualId, expected: payer })
  }
}

/**
 * Refuses ticks that could not be redeemed, or an anchor that an earlier voucher had.
 *
 * @throws ProtocolError `TICKS_HALF_SET`, `PAYMENT_TICKS`, `PAYMENT_ANCHOR_REUSED`, `TICKS_UNUSED`, `TICK_INDEX_INVALID`, `TICK_PREIMAGE_WRONG`.
 */
export function checkVoucherTicks(
  { crypto }: LaneHashing,
  signed: SignedVoucher,
  known: SignedVoucher | undefined,
  max: number,
): void {
  const { voucher, tick } = signed
  checkTickFields(voucher)
  if (voucher.tickCount > max) throw new ProtocolError('PAYMENT_TICKS', { count: voucher.tickCount, max })
  const sameAnchor = voucher.tickAnchor !== ZERO_HASH && voucher.tickAnchor === known?.voucher.tickAnchor
  const sameVoucher =
    sameAnchor && known?.voucher.amount === voucher.amount && known.voucher.tickValue === voucher.tickValue
  if (sameAnchor && !sameVoucher) {
    throw new ProtocolError('PAYMENT_ANCHOR_REUSED', { virtualId: voucher.virtualId })
  }
  if (tick !== undefined) checkTick(crypto.keccak256, voucher, tick, sameVoucher ? known.tick : undefined)
}

/** Value of the highest voucher, ticks included; 0 for none. */
export function highestValue(signed: SignedVoucher | undefined, capacity: bigint): bigint {
  return signed === undefined ? 0n : voucherValue(signed, capacity)
}

/** Whether a payment only reveals another tick of a voucher whose signature was checked before. */
function isSameVoucher({ voucher, signature }: SignedVoucher, known: SignedVoucher | undefined): boolean {
  if (known === undefined || known.signature !== signature) return false
  const { virtualId, amount, tickAnchor, tickValue, tickCount } = known.voucher
  return (
    voucher.virtualId === virtualId &&
    voucher.amount === amount &&
    voucher.tickAnchor === tickAnchor &&
    voucher.tickValue === tickValue &&
    voucher.tickCount === tickCount
  )
}

/**
 * Refuses a payment that V's payee does not accept; else what it is worth in all, base units.
 *
 * @throws ProtocolError `VIRTUAL_NO_LOCK`, `VIRTUAL_CLOSED`, `VIRTUAL_EXPIRED`, `PAYMENT_NOT_ABOVE`, `PAYMENT_ABOVE_CAPACITY`, and as the checks above.
 */
export function checkPayment(
  hashing: LaneHashing,
  context: PaymentContext,
  signed: SignedVoucher,
  limits: PaymentLimits,
): bigint {
  const { virtualId, capacity } = context
  checkLockStands(virtualId, context.lockStands)
  checkOpenForPayments(virtualId, context.closing, context.outcome)
  checkPaymentTime(virtualId, context.until, context.now, limits.voucherMargin)
  if (signed.voucher.amount > capacity) {
    throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount: signed.voucher.amount, capacity })
  }
  const value = voucherValue(signed, capacity)
  checkTotal(value, highestValue(context.highest, capacity), capacity)
  // A signature costs one look, ticks up to thousands of hashes: those of nobody's voucher are not made.
  if (!isSameVoucher(signed, context.highest)) checkVoucherSignature(hashing, virtualId, context.payer, signed)
  checkVoucherTicks(hashing, signed, context.highest, limits.tickCountMax)
  return value
}
