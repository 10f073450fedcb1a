import { type Address, lowest } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { PAYMENT_REQUIRED } from '../../headers/payment-required.ts'
import { TabError } from '../errors.ts'
import type { SpendingRules } from '../payer/budget.ts'
import type { TabPayer } from '../payer/payer-tab.ts'
import { callCharge, decodeTabRequired, type TabOffer } from '../wire/offer.ts'
import { BYTE, CALL, chargeFor, isFixed } from '../wire/price.ts'

/** Most routes whose offers are remembered. */
const MAX_ROUTES = 1024

/** Offers by what they were made for, those used last: so a second request needs not be told the price first. */
export class Offers {
  readonly #known = new Map<string, TabOffer>()

  /** The offer for a route, or the last one of its origin: if that is another one, the server says so and charges nothing. */
  get(method: string, url: URL): TabOffer | undefined {
    return this.#known.get(routeOf(method, url)) ?? this.#known.get(url.origin)
  }

  /** Whether the server was heard to ask payment for just this. */
  isExact(method: string, url: URL): boolean {
    return this.#known.has(routeOf(method, url))
  }

  put(method: string, url: URL, offer: TabOffer): void {
    for (const name of [routeOf(method, url), url.origin]) {
      this.#known.delete(name)
      this.#known.set(name, offer)
    }
    for (const [oldest] of this.#known) {
      if (this.#known.size <= MAX_ROUTES) return
      this.#known.delete(oldest)
    }
  }
}

const routeOf = (method: string, { origin, pathname }: URL): string => `${method} ${origin}${pathname}`

/** The offers for a tab in an answer 402; none if it makes no such offer. @throws HttpError `HEADER_…`, `FIELD_INVALID`. */
export function tabOffersIn(response: Response): readonly TabOffer[] {
  const header = response.headers.get(PAYMENT_REQUIRED)
  return response.status !== 402 || header === null ? [] : decodeTabRequired(header).offers
}

function objection(offer: TabOffer, payer: TabPayer, tokens: readonly Address[]): HttpError | undefined {
  const { network, contract, asset } = offer
  if (network !== payer.network) return new HttpError('OFFER_NETWORK', { offered: network, own: payer.network })
  if (contract !== payer.contract) return new HttpError('OFFER_CONTRACT', { offered: contract, own: payer.contract })
  return tokens.includes(asset) ? undefined : new HttpError('OFFER_ASSET', { offered: asset })
}

/** The first offer that this payer can take. @throws HttpError `OFFER_…`. */
export function chooseTabOffer(offers: readonly TabOffer[], payer: TabPayer, tokens: readonly Address[]): TabOffer {
  const judged = offers.map((offer) => ({ offer, problem: objection(offer, payer, tokens) }))
  const chosen = judged.find(({ problem }) => problem === undefined)
  if (chosen !== undefined) return chosen.offer
  const telling = judged.find(({ problem }) => problem?.code !== 'OFFER_ASSET') ?? judged[0]
  throw telling?.problem ?? new HttpError('OFFER_MISSING')
}

/** Most that a request may charge by its caller and the rules. @throws TabError `SPENDING_UNLIMITED` where neither says. */
export function mostFor({ request }: SpendingRules, maxAmount: bigint | undefined): bigint {
  if (maxAmount === undefined && request === undefined) throw new TabError('SPENDING_UNLIMITED')
  return lowest(maxAmount ?? request ?? 0n, request ?? maxAmount ?? 0n)
}

/**
 * Most that a request may charge: what it costs where that is known beforehand, else what its caller allows.
 *
 * @throws HttpError `OFFER_AMOUNT` where the call alone costs more than is allowed.
 */
export function limitFor({ price }: TabOffer, most: bigint): bigint {
  const call = callCharge(price)
  if (call > most) throw new HttpError('OFFER_AMOUNT', { amount: call, max: most })
  return isFixed(price) ? call : most
}

/** What a request has charged by this side's count: its calls and bytes, and what was reported of other units. */
export function chargeOf({ price }: TabOffer, bytes: number, reported: Readonly<Record<string, number>>): bigint {
  return chargeFor(price, { ...reported, [CALL]: 1, [BYTE]: bytes })
}
