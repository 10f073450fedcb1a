import type { Address } from '@sluice/protocol'
import { HttpError } from '../errors.ts'
import type { Offer } from '../headers/offer.ts'
import { isDearer, owedFor, type Price } from '../headers/price.ts'
import type { Payer } from '../ports.ts'

/** What a client is willing to pay. */
export interface SpendingLimits {
  /** Most for the whole, base units. */
  readonly maxAmount: bigint
  /** Tokens allowed; zero is the native one. */
  readonly tokens: readonly Address[]
  /** Dearest price. Default: any whose total is within `maxAmount`. */
  readonly maxPrice?: Price
  /** Begin also when the whole costs more than `maxAmount`, and stop there. Default false. */
  readonly allowPart?: boolean
}

/** The most that a virtual channel for this offer may pay. `from`: the first byte that it pays for. */
export function capacityFor({ price, length }: Offer, { maxAmount }: SpendingLimits, from = 0): bigint {
  const owed = owedFor(price, Math.max(0, length - from))
  return owed < maxAmount ? owed : maxAmount
}

/** Why an offer is not taken, or undefined where it may be. `from`: the first byte that is wanted. */
export function objection(offer: Offer, payer: Payer, limits: SpendingLimits, from = 0): HttpError | undefined {
  const { network, contract, asset, price, amount, length } = offer
  if (network !== payer.network) return new HttpError('OFFER_NETWORK', { offered: network, own: payer.network })
  if (contract !== payer.contract) return new HttpError('OFFER_CONTRACT', { offered: contract, own: payer.contract })
  if (!limits.tokens.includes(asset)) return new HttpError('OFFER_ASSET', { offered: asset })
  const expected = owedFor(price, length)
  if (amount !== expected) return new HttpError('OFFER_INCONSISTENT', { amount, length, expected })
  if (limits.maxPrice !== undefined && isDearer(price, limits.maxPrice)) {
    const { amount: maxAmount, per: maxPer } = limits.maxPrice
    return new HttpError('OFFER_PRICE', { amount: price.amount, per: price.per, maxAmount, maxPer })
  }
  if (from > length) return new HttpError('RESPONSE_LENGTH', { got: length, expected: from })
  const wanted = owedFor(price, length - from)
  if (wanted > limits.maxAmount && limits.allowPart !== true) {
    return new HttpError('OFFER_AMOUNT', { amount: wanted, max: limits.maxAmount })
  }
  return undefined
}

/**
 * The first offer within the limits.
 *
 * @throws HttpError `OFFER_MISSING`, or why an offer is not taken: the first in a token that is allowed, if there is one.
 */
export function chooseOffer(offers: readonly Offer[], payer: Payer, limits: SpendingLimits, from = 0): Offer {
  const judged = offers.map((offer) => ({ offer, problem: objection(offer, payer, limits, from) }))
  const chosen = judged.find(({ problem }) => problem === undefined)
  if (chosen !== undefined) return chosen.offer
  // What is wrong with an offer in a token that is allowed says more than that another is not.
  const telling = judged.find(({ problem }) => problem?.code !== 'OFFER_ASSET') ?? judged[0]
  throw telling?.problem ?? new HttpError('OFFER_MISSING')
}
