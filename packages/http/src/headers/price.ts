/** A price for bytes: `amount` base units for every `per` bytes. Zero is free. */
export interface Price {
  readonly amount: bigint
  /** At least 1. */
  readonly per: bigint
}

/**
 * What is owed for the first `bytes` bytes of a body, rounded up: base units, cumulative.
 *
 * @example `owedFor({ amount: 3n, per: 10n }, 11) // 4n`
 */
export function owedFor(price: Price, bytes: number): bigint {
  return (BigInt(bytes) * price.amount + price.per - 1n) / price.per
}

/**
 * The most bytes that an amount covers: the largest b with `owedFor(price, b) <= amount`, at most `Number.MAX_SAFE_INTEGER`.
 *
 * @example `coveredBy({ amount: 3n, per: 10n }, 4n) // 13`
 */
export function coveredBy(price: Price, amount: bigint): number {
  if (price.amount === 0n) return Number.MAX_SAFE_INTEGER
  const bytes = (amount * price.per) / price.amount
  return bytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(bytes)
}

/**
 * The price of `length` bytes where as many as `least` are paid for in any case: all bytes together then cost what those would.
 *
 * @example `priceAtLeast({ amount: 1n, per: 10n }, 100, 4) // { amount: 10n, per: 4n }`
 */
export function priceAtLeast(price: Price, least: number, length: number): Price {
  return length === 0 || length >= least ? price : { amount: owedFor(price, least), per: BigInt(length) }
}

/** Whether `price` asks more than `limit` for the same bytes. */
export function isDearer(price: Price, limit: Price): boolean {
  return price.amount * limit.per > limit.amount * price.per
}

/** The window grows by a byte for every so many that are paid for, */
const GROWTH = 16
/** up to so many times what it is at first. */
const MAX_GROWN = 16

/**
 * The window once so many bytes are paid for: bytes served ahead of payment. Whoever has paid more is lent more, so that a long body takes few payments.
 *
 * @example `windowAfter(100, 160) // 110`
 */
export function windowAfter(window: number, covered: number): number {
  return Math.min(window + Math.floor(covered / GROWTH), MAX_GROWN * window)
}

/** The fewest bytes that have to be paid for so that the byte at `offset` may be served; 0 where none. */
export function coverFor(window: number, offset: number): number {
  const beyond = offset + 1 - window
  if (beyond <= 0) return 0
  return Math.max(Math.ceil((beyond * GROWTH) / (GROWTH + 1)), offset + 1 - MAX_GROWN * window)
}
