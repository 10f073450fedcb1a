import type { SignedVoucher } from './voucher.ts'

/**
 * What a voucher pays, base units: its amount and the value of its revealed ticks, at most the capacity. The tick is taken
 * as verified.
 *
 * @example `voucherValue({ voucher, tick: { index: 3, preimage } }, 100n) // 16n, of a voucher of 10n with ticks of 2n`
 */
export function voucherValue(signed: Pick<SignedVoucher, 'voucher' | 'tick'>, capacity: bigint): bigint {
  const { amount, tickValue } = signed.voucher
  const value = amount + BigInt(signed.tick?.index ?? 0) * tickValue
  return value < capacity ? value : capacity
}
