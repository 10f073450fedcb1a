import { HttpError } from '../errors.ts'
import type { Offer } from '../headers/offer.ts'
import { decodePaymentRequired, PAYMENT_REQUIRED } from '../headers/payment-required.ts'
import { encodePaymentSignature, PAYMENT_SIGNATURE } from '../headers/payment-signature.ts'
import { type PaidSession, readSession } from '../headers/session.ts'
import { isLocalUrl } from '../local-url.ts'
import type { OpenedVirtual, Payer, Timers } from '../ports.ts'
import { systemTimers } from '../timers.ts'
import { askFrom, refusal } from './ask-from.ts'
import { type Answer, ask, type Exchange } from './exchange.ts'
import type { HttpFetch } from './http-fetch.ts'
import { PaidBody, type PaidResponse, type PaidWith, type ResumeOptions } from './paid-response.ts'
import { capacityFor, chooseOffer, objection, type SpendingLimits } from './spending.ts'

export interface FetchPaidOptions {
  readonly payer: Payer
  readonly limits: SpendingLimits
  /** Sent with every request, such as Accept. */
  readonly headers?: Readonly<Record<string, string>>
  /** Goes on with a session that was kept: at `offset`, on the same V. */
  readonly resumeFrom?: { readonly session: PaidSession; readonly offset: number }
  /** The first byte that is wanted, where those before are there already: V pays from it on. Default 0. */
  readonly from?: number
  /** Called before any byte of the body, with what to keep to go on in another process. */
  readonly onSession?: (session: PaidSession) => void | Promise<void>
  /** Called once the server's offer is accepted, before V is opened. Throwing refuses it. */
  readonly onOffer?: (offer: Offer) => void | Promise<void>
  /** What the server answered to the same request without payment, where that is at hand: it is not asked again then. */
  readonly asked?: Response
  readonly signal?: AbortSignal
  /** Milliseconds without a byte after which the provider counts as stopped. Default 60,000. */
  readonly stallTimeout?: number
  /** Default: five attempts, the first at once, then after 0.2, 0.4, 0.8 and 1.6 seconds. */
  readonly resume?: ResumeOptions
  /** Default: the one of the surroundings. */
  readonly fetch?: HttpFetch
  readonly timers?: Timers
}

const DEFAULT_RESUME: ResumeOptions = { attempts: 5, delay: (attempt) => (attempt === 0 ? 0 : 100 * 2 ** attempt) }
/** The smallest payment there is: it shows that V pays, and risks nothing. */
const FIRST_PAYMENT = 1n

/**
 * Fetches a resource and pays for what is accepted of it. Asks first; where the server wants payment, checks its offer against the limits,
 * opens a virtual channel and asks again with its terms and first voucher, without waiting for anybody in between.
 *
 * @throws HttpError for an offer outside the limits (nothing is paid), and for answers that are not what was asked for (V is then closed).
 * @example
 * ```ts
 * const response = await fetchPaid(url, { payer, limits: { maxAmount: 1000n, tokens: [NATIVE_TOKEN] } })
 * let received = 0
 * for await (const piece of response.body) {
 *   received += piece.length
 *   response.accept(received) // after having looked at it
 * }
 * await response.settled()
 * ```
 */
export async function fetchPaid(url: string, options: FetchPaidOptions): Promise<PaidResponse> {
  const exchange: Exchange = {
    fetch: options.fetch ?? globalThis.fetch,
    timers: options.timers ?? systemTimers,
    stallTimeout: options.stallTimeout ?? 60_000,
    signal: options.signal ?? new AbortController().signal,
    headers: options.headers ?? {},
  }
  const { resumeFrom } = options
  return resumeFrom === undefined ? begin(exchange, url, options) : goOn(exchange, url, options, resumeFrom)
}

async function begin(exchange: Exchange, url: string, options: FetchPaidOptions): Promise<PaidResponse> {
  const { asked, from = 0 } = options
  const answer: Answer = asked === undefined ? await ask(exchange, url) : { response: asked, end: () => drop(asked) }
  const { status, headers } = answer.response
  if (status === 200) return free(exchange, url, options, answer, from)
  if (status !== 402) throw await refusal(exchange, answer)
  answer.end()
  const offer = chooseOffer(offersIn(headers), options.payer, options.limits, from)
  await options.onOffer?.(offer)
  const capacity = capacityFor(offer, options.limits, from)
  const virtual = await openFor(offer, capacity, options.payer, url)
  try {
    return await pay(exchange, url, options, offer, virtual)
  } catch (error) {
    // The reason why it failed is worth more than that the closing failed or takes long: V then ends by its lifetime.
    await closeBriefly(exchange, options.payer, virtual)
    throw error
  }
}

/** How long a failure waits for V to be closed, milliseconds. Whoever does not answer may be why it failed. */
const CLOSE_PATIENCE = 5_000

async function closeBriefly({ timers, signal }: Exchange, payer: Payer, { virtualId }: OpenedVirtual): Promise<void> {
  const closing = payer.close(virtualId).catch(() => undefined)
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const cancel = timers.after(CLOSE_PATIENCE, resolve)
    void closing.then(() => {
      cancel()
      resolve()
    })
  })
}

function drop({ body }: Response): void {
  body?.cancel().catch(() => undefined)
}

function offersIn(headers: Headers): readonly Offer[] {
  const header = headers.get(PAYMENT_REQUIRED)
  return header === null ? [] : decodePaymentRequired(header).offers
}

function openFor(offer: Offer, capacity: bigint, payer: Payer, url: string): Promise<OpenedVirtual> {
  return payer.open({
    payee: offer.signer,
    payeeAccount: offer.payTo,
    hubs: offer.hubs,
    token: offer.asset,
    capacity,
    first: FIRST_PAYMENT < capacity ? FIRST_PAYMENT : capacity,
    ...(offer.url !== undefined && { payeeUrl: offer.url, payeeUrlPublicOnly: !isLocalUrl(url) }),
  })
}

async function pay(
  exchange: Exchange,
  url: string,
  options: FetchPaidOptions,
  offer: Offer,
  { virtualId, terms, first }: OpenedVirtual,
): Promise<PaidResponse> {
  const payment = encodePaymentSignature({ accepted: offer, terms, first })
  const { from = 0 } = options
  const answer = await (from === 0
    ? askWhole(exchange, url, offer, payment)
    : askFrom({ exchange, url, length: offer.length, payment: { session: { payment } } }, from))
  const { headers } = answer.response
  const etag = strongTag(headers)
  const session = { url, etag: etag ?? '', payment, ...(from > 0 && { from }) }
  if (etag !== undefined) await options.onSession?.(session)
  const { capacity } = terms
  const paidWith = {
    payer: options.payer,
    offer,
    virtualId,
    capacity,
    first: first.voucher.amount,
    session,
    isNew: true,
    from,
  }
  return body(exchange, url, options, answer, from, offer.length, etag, paidWith)
}

async function askWhole(exchange: Exchange, url: string, { length }: Offer, payment: string): Promise<Answer> {
  const answer = await ask(exchange, url, { [PAYMENT_SIGNATURE]: payment })
  if (answer.response.status !== 200) throw await refusal(exchange, answer)
  checkLength(answer, length)
  return answer
}

async function goOn(
  exchange: Exchange,
  url: string,
  options: FetchPaidOptions,
  { session, offset }: { readonly session: PaidSession; readonly offset: number },
): Promise<PaidResponse> {
  const { signature, etag, from = 0 } = readSession(session)
  const { accepted: offer, terms, first } = signature
  const problem = objection(offer, options.payer, options.limits, from)
  if (problem !== undefined) throw problem
  const paidWith: PaidWith = {
    payer: options.payer,
    offer,
    virtualId: first.voucher.virtualId,
    capacity: terms.capacity,
    first: first.voucher.amount,
    session,
    isNew: false,
    from,
  }
  const whole = offset === offer.length
  const answer = whole
    ? nothing()
    : await askFrom({ exchange, url, length: offer.length, payment: paidWith }, offset, etag)
  return body(exchange, url, options, answer, offset, offer.length, etag, paidWith)
}

/** In place of an answer where all has come and only the last payment may be missing. */
const nothing = (): Answer => ({ response: new Response(null), end: () => undefined })

function free(exchange: Exchange, url: string, options: FetchPaidOptions, answer: Answer, from: number): PaidResponse {
  const length = announcedLength(answer)
  return body(exchange, url, options, answer, from, length, strongTag(answer.response.headers), undefined, from)
}

function body(
  exchange: Exchange,
  url: string,
  options: FetchPaidOptions,
  answer: Answer,
  offset: number,
  length: number | undefined,
  etag: string | undefined,
  payment: PaidWith | undefined,
  skip = 0,
): PaidResponse {
  const resume = options.resume ?? DEFAULT_RESUME
  return new PaidBody({ exchange, url, resume, answer, offset, length, etag, payment, skip })
}

function announcedLength({ response }: Answer): number | undefined {
  const text = response.headers.get('Content-Length')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function checkLength(answer: Answer, expected: number): void {
  const got = announcedLength(answer) ?? expected
  if (got === expected) return
  const error = new HttpError('RESPONSE_LENGTH', { got, expected })
  answer.end(error)
  throw error
}

/** An entity tag that a range may rely on. */
function strongTag(headers: Headers): string | undefined {
  const etag = headers.get('ETag')
  return etag !== null && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined
}
