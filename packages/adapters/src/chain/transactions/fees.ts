import { estimateMaxPriorityFeePerGas, getBlock } from 'viem/actions'
import { ChainError } from '../errors.ts'
import type { Rpc } from '../rpc/rpc.ts'

/** EIP-1559 fees, native base units for one unit of gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** How many times the base fee of the moment a transaction may pay: it may wait through some full blocks. */
const BASE_FEE_MULTIPLE = 3n

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** The fees to offer now, and what a unit of gas costs by them as long as blocks ask the same, native base units. */
export interface Offer {
  readonly fees: Fees
  readonly price: bigint
  /** The base fee of the moment. */
  readonly base: bigint
}

/** What a unit of gas costs by some fees where blocks ask for a base fee, native base units. */
export function priceOf({ maxFeePerGas, maxPriorityFeePerGas }: Fees, base: bigint): bigint {
  return least(base + maxPriorityFeePerGas, maxFeePerGas)
}

/**
 * The fees to offer now, at most `limit` a unit of gas.
 *
 * @throws ChainError `CHAIN_FEE_TOO_HIGH` if the limit lies below what the chain asks at the moment.
 */
export async function currentOffer(rpc: Rpc, limit: bigint | undefined): Promise<Offer> {
  const [block, priority] = await Promise.all([
    getBlock(rpc.client, { blockTag: 'latest' }),
    estimateMaxPriorityFeePerGas(rpc.client),
  ])
  const base = block.baseFeePerGas ?? 0n
  if (limit !== undefined && base > limit) throw new ChainError('CHAIN_FEE_TOO_HIGH', { fee: base, limit })
  const wanted = BASE_FEE_MULTIPLE * base + priority
  const maxFeePerGas = limit === undefined ? wanted : least(wanted, limit)
  const fees = { maxFeePerGas, maxPriorityFeePerGas: least(priority, maxFeePerGas) }
  return { fees, price: priceOf(fees, base), base }
}

/** The fees of {@link currentOffer} alone. */
export async function currentFees(rpc: Rpc, limit: bigint | undefined): Promise<Fees> {
  return (await currentOffer(rpc, limit)).fees
}

/** Fees that a node takes in place of earlier ones: a quarter more, as Lotus wants it, rounded up; or what the moment asks if that is more. */
export function raisedFees(old: Fees, now: Fees): Fees {
  const raise = (before: bigint, current: bigint): bigint => {
    const more = before + before / 4n + 1n
    return more > current ? more : current
  }
  return {
    maxFeePerGas: raise(old.maxFeePerGas, now.maxFeePerGas),
    maxPriorityFeePerGas: raise(old.maxPriorityFeePerGas, now.maxPriorityFeePerGas),
  }
}

/**
 * Fees for what takes the place of a transaction.
 *
 * @throws ChainError `CHAIN_FEE_TOO_HIGH` if they would be above `limit`: with less, a node keeps the earlier one.
 */
export function displacingFees(old: Fees, now: Fees, limit: bigint | undefined): Fees {
  const fees = raisedFees(old, now)
  if (limit !== undefined && fees.maxFeePerGas > limit) {
    throw new ChainError('CHAIN_FEE_TOO_HIGH', { fee: fees.maxFeePerGas, limit })
  }
  return fees
}

/** The least that an endpoint takes, learnt from what it refused as too little. It may ask for more than its own estimate. */
export class LeastFees {
  #least: Fees | undefined

  /** It refused these. */
  refused(fees: Fees): void {
    this.#least = raisedFees(fees, fees)
  }

  /** It took some: what was learnt wears off. */
  taken(): void {
    if (this.#least === undefined) return
    const { maxFeePerGas, maxPriorityFeePerGas } = this.#least
    this.#least = { maxFeePerGas: (maxFeePerGas * 7n) / 8n, maxPriorityFeePerGas: (maxPriorityFeePerGas * 7n) / 8n }
  }

  /** Fees that it may take, at most `limit` a unit of gas. */
  over(fees: Fees, limit: bigint | undefined): Fees {
    if (this.#least === undefined) return fees
    const wanted = most(fees.maxFeePerGas, this.#least.maxFeePerGas)
    const maxFeePerGas = limit === undefined ? wanted : least(wanted, limit)
    const priority = most(fees.maxPriorityFeePerGas, this.#least.maxPriorityFeePerGas)
    return { maxFeePerGas, maxPriorityFeePerGas: least(priority, maxFeePerGas) }
  }
}

function most(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}
