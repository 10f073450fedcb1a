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
