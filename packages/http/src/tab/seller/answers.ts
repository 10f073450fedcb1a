import { type Hex, SluiceError } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { PAYMENT_REQUIRED } from '../../headers/payment-required.ts'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import type { Route } from '../payee/route.ts'
import { encodeTabAnswer, standingLines, standingToJson, type TabAnswer, type TabStanding } from '../wire/answer.ts'
import { encodeTabRequired, MAX_ANSWER_HEADER, offerHash, type TabOffer, tabOfferToJson } from '../wire/offer.ts'
import type { SellerState } from './state.ts'
import type { Tab } from './tab.ts'

/** Statuses of refusals; every other one is 402, with a fresh offer. */
const STATUSES: Readonly<Record<string, number>> = {
  HEADER_MALFORMED: 400,
  HEADER_OVERSIZE: 400,
  FIELD_INVALID: 400,
  TAB_SEAL: 401,
  CALL_RUNNING: 409,
  CALL_SETTLED: 409,
  CALL_OUTCOME_UNKNOWN: 409,
  CALL_ANSWER_GONE: 410,
  CALL_FAILED: 500,
  CALL_BODY_OVERSIZE: 413,
  CALL_ID_REUSED: 422,
}

/** What a route costs now. */
export function offerOf({ options, timeout, epoch }: SellerState, { price, payment, charges }: Route): TabOffer {
  const { payee, asset, window } = options
  return {
    network: payee.network,
    asset,
    payTo: payee.account,
    maxTimeoutSeconds: Math.ceil(timeout / 1000),
    contract: payee.contract,
    signer: payee.signer,
    key: payee.publicKey,
    hubs: payee.hubs(asset),
    ...(payee.url === undefined ? {} : { url: payee.url }),
    price,
    payment,
    window,
    charges,
    epoch,
  }
}

/** What a request has to agree to. */
export const priceHash = (state: SellerState, route: Route): Hex =>
  offerHash(state.options.payee.keccak256, offerOf(state, route))

/** Where a request stands; one that is not known has not begun, as far as this server can say. */
export function standingOf(state: SellerState, { account, calls, live }: Tab, id: string, isOfNow = true): TabStanding {
  const call = calls.get(id)
  const meter = live.get(id)
  return {
    virtualId: account.virtualId,
    id,
    state: call?.state ?? (isOfNow ? 'none' : 'unknown'),
    charged: meter?.charged ?? call?.charged ?? 0n,
    counts: meter?.counts ?? call?.counts ?? {},
    total: account.total,
    paid: account.paid,
    epoch: state.epoch,
    settled: calls.settled,
  }
}

export interface AnswerExtras {
  readonly isFramed?: boolean
  readonly errorReason?: string
}

/** An answer, sealed. */
export function sealedStanding(
  { options }: SellerState,
  tab: Tab,
  standing: TabStanding,
  { isFramed = false, errorReason }: AnswerExtras = {},
): TabAnswer {
  const mac = tab.account.key.mac(standingLines(standing, isFramed, errorReason))
  const reason = errorReason === undefined ? {} : { errorReason }
  return { network: options.payee.network, standing, isFramed, mac, ...reason }
}

/** The header PAYMENT-RESPONSE, sealed. */
export const sealedAnswer = (...answer: Parameters<typeof sealedStanding>): string =>
  encodeTabAnswer(sealedStanding(...answer))

/** A standing as a frame holds it. */
export function sealedReport(tab: Tab, standing: TabStanding): Uint8Array {
  const mac = tab.account.key.mac(standingLines(standing, true))
  return new TextEncoder().encode(JSON.stringify(standingToJson(standing, mac)))
}

export interface Refusal {
  readonly route: Route
  readonly url: string
  /** Where the tab and the request are known. */
  readonly tab?: Tab
  readonly id?: string
}

/** What a refusal says of the tab; nothing where payment was not tried. */
function refusalHeader(state: SellerState, error: SluiceError, tab?: Tab, id?: string): string | undefined {
  if (error.code === 'PAYMENT_REQUIRED') return undefined
  const errorReason = error.code
  if (tab === undefined || id === undefined) {
    return encodeTabAnswer({ network: state.options.payee.network, errorReason, isFramed: false })
  }
  return sealedAnswer(state, tab, standingOf(state, tab, id), { errorReason })
}

/** The answer that refuses a request, and charges nothing for it. */
export function refuse(state: SellerState, error: SluiceError, { route, url, tab, id }: Refusal): Response {
  const status = STATUSES[error.code] ?? 402
  const headers = new Headers({ 'Cache-Control': 'no-store' })
  const offer = offerOf(state, route)
  const answer = refusalHeader(state, error, tab, id)
  if (answer !== undefined) headers.set(PAYMENT_RESPONSE, answer)
  if (status === 402) {
    // Both headers together have to get through a proxy.
    const room = MAX_ANSWER_HEADER - (answer?.length ?? 0)
    headers.set(PAYMENT_REQUIRED, encodeTabRequired(error.message, url, [offer], room))
  }
  if (error.code === 'CALL_RUNNING') headers.set('Retry-After', '1')
  const { code, message, action } = error
  // All of the hubs have room here alone.
  const accepts = status === 402 ? { accepts: [tabOfferToJson(offer)] } : {}
  return Response.json({ code, message, action, ...accepts }, { status, headers })
}

/** The first answer to a request without payment. */
export function demand(state: SellerState, route: Route, url: string): Response {
  return refuse(state, new HttpError('PAYMENT_REQUIRED'), { route, url })
}

/** Whether an error is told to whoever asked. */
export const isTellable = (error: unknown): error is SluiceError => error instanceof SluiceError
