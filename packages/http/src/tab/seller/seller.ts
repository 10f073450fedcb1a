import { type Address, bytesToHex, type Hex } from '@sluice/protocol'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { PAYMENT_SIGNATURE } from '../../headers/payment-signature.ts'
import { TabError } from '../errors.ts'
import {
  checkRoute,
  type PricePartOptions,
  type Pricing,
  type Route,
  type RoutePrice,
  routing,
} from '../payee/route.ts'
import { standingLines, standingToJson, type TabAnswerJson } from '../wire/answer.ts'
import { tabOfferToJson } from '../wire/offer.ts'
import { decodeTabRequest, type TabRequest } from '../wire/request.ts'
import { demand, isTellable, offerOf, priceHash, refuse, sealedAnswer, standingOf } from './answers.ts'
import { beginCall } from './begin-call.ts'
import { enter, identify } from './open-tab.ts'
import { readBody } from './read-body.ts'
import { answerAgain, type PaidHandler, runCall } from './run-call.ts'
import { forgetCalls, recordCall } from './seller-records.ts'
import { createSellerState, type SellerOptions, type SellerState } from './state.ts'
import { payerOf, type Tab } from './tab.ts'
import { checkPayment, offerApart, refusalApart, type TakenPayment, takePayment } from './take-payment.ts'

/** A web-standard handler, as servers take it. */
export type FetchHandler = (request: Request) => Promise<Response>

/** A web-standard handler of any kind. */
export type WebHandler = (request: Request) => Response | Promise<Response>

/** Sells what handlers answer, on tabs that all of them share. */
export interface Seller {
  /**
   * The handler with a price. What is free by the pricing is answered as it is; its `call` then counts nothing.
   *
   * @throws TabError `PRICE_INVALID`.
   * @example `const api = seller.paid((request: Request) => new Response(request.url), { price: [{ unit: 'call', amount: 1000n }] })`
   */
  paid(handler: PaidHandler, pricing: Pricing): FetchHandler
  /**
   * What a payment apart from its request costs, as x402's PaymentRequirements: for whoever carries offers and payments by some other way than
   * the headers of the request, such as a plug-in of x402 or a tool of an MCP server.
   *
   * @throws TabError `PRICE_INVALID` for a price of other units than `call`.
   */
  offer(price: readonly PricePartOptions[]): object
  /**
   * Takes such a payment: it is charged before this resolves, and settled or refunded once the request is over. Who carries payments keeps them
   * secret on their way: they are sealed, and not bound to a request.
   *
   * @param payload What the payer's side made of the offer; judged whole.
   * @param price That of the offer.
   * @throws HttpError, TabError why it is refused. Nothing is charged then.
   */
  take(payload: unknown, price: readonly PricePartOptions[], signal?: AbortSignal): Promise<TakenPayment>
  /**
   * Looks at such a payment, and takes nothing: whether it can be read, is its payer's own, is for this price and was not taken before. Whether it is
   * covered is known once it is taken. Answers who pays.
   *
   * @throws HttpError, TabError why it would be refused.
   */
  check(payload: unknown, price: readonly PricePartOptions[]): Promise<{ readonly id: string; readonly payer: Address }>
  /** What is said of a payment that {@link take} refused, as x402's SettlementResponse. */
  refusal(error: unknown): TabAnswerJson
  /**
   * What is offered for requests at a price, as an entry of `accepts`: for servers that offer something else beside it.
   *
   * @throws TabError `PRICE_INVALID`.
   */
  requestOffer(price: RoutePrice): object
  /** Resolves once all that is to be remembered is written: before the process ends. */
  flushed(): Promise<void>
}

/** Makes a seller. Its records are read at once, and requests wait for that. */
export function createSeller(options: SellerOptions): Seller {
  const state = createSellerState(options)
  return {
    paid(handler, pricing) {
      const routeOf = routing(pricing, options.window)
      return (request) => serve(state, routeOf(request), request, handler)
    },
    requestOffer: (price) => tabOfferToJson(offerOf(state, checkRoute(price, options.window))),
    offer: (price) => offerApart(state, price),
    take: (payload, price, signal = new AbortController().signal) => takePayment(state, payload, price, signal),
    async check(payload, price) {
      const { request, named } = await checkPayment(state, payload, price)
      return { id: request.id, payer: payerOf(named.opening.terms) }
    },
    refusal: (error) => refusalApart(state, error),
    flushed: () => state.journal.flushed(),
  }
}

/**
 * Turns one handler into a paid one: a seller of its own.
 *
 * @throws TabError `PRICE_INVALID`.
 * @example `const api = paid(() => new Response('thanks'), { price: [{ unit: 'call', amount: 5n }] }, { payee, asset, window: 100n })`
 */
export function paid(handler: PaidHandler, pricing: Pricing, options: SellerOptions): FetchHandler {
  return createSeller(options).paid(handler, pricing)
}

/** What a handler is told of a request that is free. */
function freeCall(): Parameters<PaidHandler>[1] {
  return { id: '', virtualId: '0x', payer: '0x', limit: 0n, charged: 0n, count: async () => {} }
}

async function serve(
  state: SellerState,
  route: Route | undefined,
  http: Request,
  handler: PaidHandler,
): Promise<Response> {
  if (route === undefined) return handler(http, freeCall())
  const header = http.headers.get(PAYMENT_SIGNATURE)
  if (header === null) return demand(state, route, state.address(http))
  await state.ready
  const at: { tab?: Tab; id?: string } = {}
  try {
    return await servePaid(state, route, http, header, handler, at)
  } catch (error) {
    if (isTellable(error)) return refuse(state, error, { route, url: state.address(http), ...at })
    throw error
  }
}

async function servePaid(
  state: SellerState,
  route: Route,
  http: Request,
  header: string,
  handler: PaidHandler,
  at: { tab?: Tab; id?: string },
): Promise<Response> {
  const { request, mac } = decodeTabRequest(header)
  const body = await readBody(http, state.maxBody)
  const { method } = http
  const sealed = { method, target: state.target(http), digest: bytesToHex(state.options.payee.keccak256(body)) }
  const named = identify(state, sealed, request, mac)
  const tab = await enter(state, named, request)
  Object.assign(at, { tab, id: request.id })
  forgetCalls(state, request.virtualId, tab.calls.settle(request.settled))
  const identity = tab.account.key.mac(['sluice tab 1 id', method, sealed.target, sealed.digest])
  if (request.kind === 'ask') return told(state, tab, request, identity)
  const again = answered(state, route, tab, request, identity)
  if (again !== undefined) return again
  if (request.price !== priceHash(state, route)) throw new TabError('TAB_PRICE')
  const begun = await beginCall(state, { route, tab, request, identity, signal: http.signal })
  return runCall({ ...begun, http, body }, handler)
}

/** What became of a request, for whoever asks and wants no answer: one that never came is not run any more. */
function told(state: SellerState, tab: Tab, request: TabRequest, identity: Hex): Response {
  const { id, epoch } = request
  const isOfNow = epoch === state.epoch
  if (isOfNow && tab.calls.get(id) === undefined) {
    const closed = tab.calls.close(request, identity)
    if (closed !== undefined) recordCall(state, tab.account.virtualId, closed)
  }
  const standing = standingOf(state, tab, id, isOfNow)
  const headers = { 'Cache-Control': 'no-store', [PAYMENT_RESPONSE]: sealedAnswer(state, tab, standing) }
  return Response.json(standingToJson(standing, tab.account.key.mac(standingLines(standing, false))), { headers })
}

/** What is said to a request whose id is known: its answer again, or why there is none. */
function answered(
  state: SellerState,
  route: Route,
  tab: Tab,
  request: TabRequest,
  identity: Hex,
): Response | undefined {
  const { id, virtualId } = request
  const call = tab.calls.get(id)
  if (call === undefined) return undefined
  if (call.state === 'none') throw new TabError('CALL_SETTLED', { id, settled: tab.calls.settled })
  if (call.digest !== identity) throw new TabError('CALL_ID_REUSED', { id })
  if (call.state === 'running') throw new TabError('CALL_RUNNING', { id })
  if (call.state === 'unknown') throw new TabError('CALL_OUTCOME_UNKNOWN', { id })
  if (call.state === 'failed') throw new TabError('CALL_FAILED', { id })
  const kept = state.kept.get(`${virtualId}/${id}`)
  if (kept === undefined) throw new TabError('CALL_ANSWER_GONE', { id, charged: call.charged })
  return answerAgain({ state, tab, request, route }, kept)
}
