import { bytesToHex, type Hex, highest } from '@sluice/protocol'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { PAYMENT_SIGNATURE } from '../../headers/payment-signature.ts'
import { TabError } from '../errors.ts'
import { Meter } from '../payee/meter.ts'
import { type Pricing, type Route, routing } from '../payee/route.ts'
import { standingLines, standingToJson } from '../wire/answer.ts'
import { callCharge } from '../wire/offer.ts'
import { decodeTabRequest, type TabRequest } from '../wire/request.ts'
import { demand, isTellable, priceHash, refuse, sealedAnswer, standingOf } from './answers.ts'
import { enter, identify, refused } from './open-tab.ts'
import { readBody } from './read-body.ts'
import { answerAgain, type PaidHandler, type Running, runCall } from './run-call.ts'
import { forgetCalls, recordCall } from './seller-records.ts'
import { createSellerState, type SellerOptions, type SellerState } from './state.ts'
import type { Tab } from './tab.ts'

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
  if (request.isAsking) return told(state, tab, request, identity)
  const again = answered(state, route, tab, request, identity)
  if (again !== undefined) return again
  if (request.price !== priceHash(state, route)) throw new TabError('TAB_PRICE')
  const running = await begin(state, route, http, body, tab, request, identity)
  return runCall(running, handler)
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

/** Begins a request: its id is used, and the call itself charged. A refusal leaves the id free. */
async function begin(
  state: SellerState,
  route: Route,
  http: Request,
  body: Uint8Array<ArrayBuffer>,
  tab: Tab,
  request: TabRequest,
  identity: Hex,
): Promise<Running> {
  const { account, calls, live } = tab
  const record = calls.begin(request, identity, state.epoch, { free: state.freeAnswers })
  const { timers, timeout } = state
  const meter = new Meter({ account, route, limit: request.limit, timers, timeout, signal: http.signal })
  account.begin()
  live.set(request.id, meter)
  try {
    state.loans.check(account)
    checkVoucher(route, tab, request)
    await meter.begin()
    return { state, tab, route, request, record, http, body, meter }
  } catch (error) {
    meter.refund()
    calls.cancel(record)
    live.delete(request.id)
    account.end(0n)
    throw isTellable(error) && error.code.startsWith('VIRTUAL_') ? refused(error) : error
  }
}

/** What is paid before it is begun is paid by the voucher that comes along: nothing is waited for that is not on its way. */
function checkVoucher({ payment, price }: Route, { account }: Tab, { voucher }: TabRequest): void {
  const { total, paid, window } = account
  const needed = callCharge(price)
  if (payment !== 'upfront' || highest(voucher.amount, paid) >= total + needed) return
  throw new TabError('TAB_DUE', { total, paid, needed, window })
}
