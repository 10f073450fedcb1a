import type { Address, Id } from '@sluice/protocol'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { TabError } from '../errors.ts'
import type { KeptAnswer } from '../payee/kept.ts'
import { encodeFrame, FRAMES_TYPE, PAYMENT_CONTENT_TYPE } from '../wire/frames.ts'
import { BYTE, isFixed, isReported, type TabPrice } from '../wire/price.ts'
import { sealedAnswer, sealedReport, standingOf } from './answers.ts'
import { type BegunCall, endCall } from './begin-call.ts'
import { MeteredBody } from './metered-body.ts'

/** What a handler knows of the payment of its request. */
export interface PaidCall {
  /** The payer's id for it: the same if it is asked again. */
  readonly id: string
  readonly virtualId: Id
  readonly payer: Address
  /** Most that it may charge, base units. */
  readonly limit: bigint
  /** Charged so far, base units. */
  readonly charged: bigint
  /**
   * Counts some of a unit that the price names, before they are made: resolves once the window holds them. Rejects where the limit is
   * reached, or no payment comes in time: the answer then ends.
   */
  count(unit: string, count?: number): Promise<void>
}

/** A web-standard handler. The request's body is whole and checked; its signal aborts when nobody wants the rest of the answer. */
export type PaidHandler = (request: Request, call: PaidCall) => Response | Promise<Response>

export interface Running extends BegunCall {
  /** As it came. */
  readonly http: Request
  readonly body: Uint8Array<ArrayBuffer>
}

/** Statuses whose answers have no body. */
const BODILESS = new Set([101, 204, 205, 304])

/** Runs the handler of a request that was begun, and charges for what it answers. */
export async function runCall(running: Running, handler: PaidHandler): Promise<Response> {
  const { state, http, body, meter } = running
  const control = new AbortController()
  let metered: MeteredBody | undefined
  const call = callOf(running, () => metered?.wantReport())
  const { method, url, headers } = http
  const request = new Request(url, {
    method,
    headers,
    signal: control.signal,
    ...(body.length > 0 && { body }),
  })
  let response: Response
  try {
    response = await handler(request, call)
    checkEncoding(running, response)
  } catch (error) {
    return failed(running, error)
  }
  const isCharged = running.route.charges.includes(Math.floor(response.status / 100))
  if (!isCharged) meter.refund()
  const price = isCharged ? running.route.price : []
  const isFramed = isReported(price) && response.body !== null
  const kept = new Keeping(running, response)
  if (response.body === null) {
    endCall(running, 'whole')
    kept.keep()
    return answer(running, response, null, false)
  }
  metered = new MeteredBody({
    source: response.body,
    price,
    meter,
    timers: state.timers,
    isFramed,
    report: () => sealedReport(running.tab, standingOf(state, running.tab, running.request.id)),
    passed: (piece) => kept.take(piece),
    keepsOn: () => kept.isWorthReading(price),
    ended(how, error) {
      endCall(running, how, error)
      if (how === 'whole') kept.keep()
      else control.abort(error)
    },
    signal: http.signal,
  })
  return answer(running, response, metered.stream(), isFramed)
}

function callOf({ request, tab, meter }: Running, wantReport: () => void): PaidCall {
  const { id, virtualId, limit } = request
  return {
    id,
    virtualId,
    payer: tab.account.payer,
    limit,
    get charged() {
      return meter.charged
    },
    async count(unit, count = 1) {
      if (!meter.holds(unit, count)) wantReport()
      await meter.count(unit, count)
    },
  }
}

/** Bytes are counted and framed as they are: encoded ones would be others at the client. */
function checkEncoding({ route }: Running, { headers }: Response): void {
  const encoding = headers.get('Content-Encoding')
  const isPlain = route.price.some(({ unit }) => unit === BYTE) || isReported(route.price)
  if (isPlain && encoding !== null && encoding !== 'identity') throw new TabError('CALL_ENCODED', { encoding })
}

/** The answer where the handler throws. */
function failed(running: Running, error: unknown): Response {
  const { state, tab, request, meter } = running
  // A handler that was stopped by its payer's limit has not failed: it keeps what it counted before.
  const isCut = meter.stopped !== undefined
  endCall(running, isCut ? 'cut' : 'failed', error)
  const code = isCut && meter.stopped instanceof TabError ? meter.stopped.code : 'CALL_FAILED'
  const headers = {
    'Cache-Control': 'no-store',
    [PAYMENT_RESPONSE]: sealedAnswer(state, tab, standingOf(state, tab, request.id), { errorReason: code }),
  }
  const message = isCut && meter.stopped instanceof Error ? meter.stopped.message : 'the server failed'
  return Response.json({ code, message }, { status: isCut ? 402 : 500, headers })
}

/** The handler's answer with what is to be said of its payment. */
function answer(
  { state, tab, request }: Pick<Running, 'state' | 'tab' | 'request'>,
  { status, statusText, headers: own }: Pick<Response, 'status' | 'statusText' | 'headers'>,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
  isFramed: boolean,
): Response {
  const headers = new Headers(own)
  headers.set(PAYMENT_RESPONSE, sealedAnswer(state, tab, standingOf(state, tab, request.id), { isFramed }))
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private')
  headers.append('Vary', 'PAYMENT-SIGNATURE')
  if (isFramed) {
    headers.set(PAYMENT_CONTENT_TYPE, headers.get('Content-Type') ?? 'application/octet-stream')
    headers.set('Content-Type', FRAMES_TYPE)
    headers.delete('Content-Length')
  }
  return new Response(BODILESS.has(status) ? null : (body as ReadableStream<Uint8Array> | null), {
    status,
    statusText,
    headers,
  })
}

/** Gives a kept answer again. */
export function answerAgain(running: Pick<Running, 'state' | 'tab' | 'request' | 'route'>, kept: KeptAnswer): Response {
  const { state, tab, request, route } = running
  const { status, headers, body } = kept
  const isFramed = isReported(route.price) && tab.calls.get(request.id)?.charged !== 0n && body.length > 0
  const end = () => [encodeFrame('end', sealedReport(tab, standingOf(state, tab, request.id)))]
  const pieces = isFramed ? [...body.map((piece) => encodeFrame('data', piece)), ...end()] : body
  const response = { status, statusText: '', headers: new Headers(headers.map(([name, value]) => [name, value])) }
  return answer(running, response, pieces.length === 0 ? null : new Uint8Array(concat(pieces)), isFramed)
}

function concat(pieces: readonly Uint8Array[]): ArrayBuffer {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all.buffer
}

/** Collects an answer while it leaves, as long as it is short enough to be kept. */
class Keeping {
  readonly #running: Running
  readonly #response: Response
  #pieces: Uint8Array[] = []
  #length = 0

  constructor(running: Running, response: Response) {
    this.#running = running
    this.#response = response
  }

  take(piece: Uint8Array): void {
    this.#length += piece.length
    if (this.#isShort) this.#pieces.push(piece)
    else this.#pieces = []
  }

  /** The rest of a short body that costs nothing more is read for whoever asks again; a stream without an end is not. */
  isWorthReading(price: TabPrice): boolean {
    const isStream = this.#response.headers.get('Content-Type')?.startsWith('text/event-stream') === true
    return this.#isShort && !isStream && isFixed(price)
  }

  keep(): void {
    if (!this.#isShort) return
    const { state, tab, request } = this.#running
    const { status, headers } = this.#response
    state.kept.put(`${tab.account.virtualId}/${request.id}`, { status, headers: [...headers], body: this.#pieces })
  }

  get #isShort(): boolean {
    return this.#length <= this.#running.state.kept.limits.each
  }
}
