import type { Address, SluiceError } from '@sluice/protocol'
import { type Binding, type Bindings, isBoundTo, memoryBindings } from './bindings.ts'
import { HttpError } from './errors.ts'
import { Meter, type RepeatAllowance } from './meter.ts'
import { Meters } from './meters.ts'
import { MAX_HUBS, type Offer, offerDifference } from './offer.ts'
import { encodePaymentRequired, PAYMENT_REQUIRED } from './payment-required.ts'
import { encodePaymentResponse, PAYMENT_RESPONSE } from './payment-response.ts'
import { decodePaymentSignature, PAYMENT_SIGNATURE, type PaymentSignature } from './payment-signature.ts'
import type { Admission, Payee, Timers } from './ports.ts'
import { owedFor, type Price } from './price.ts'
import type { ByteRange } from './range.ts'
import { errorReply, isTellable, type Reply, type RequestLike, withoutBody } from './reply.ts'
import { methodNotAllowed, rangeHeaders, select, serveFree } from './representation.ts'
import type { Resource } from './resource.ts'
import { systemTimers, within } from './timers.ts'
import { type CreditAllowance, Unpaid } from './unpaid.ts'

export interface GateOptions {
  readonly payee: Payee
  readonly price: Price
  /** The token; zero for the native one. */
  readonly asset: Address
  /** Bytes served ahead of payment: the most that a client can take without paying. */
  readonly window: number
  /** How long to wait for V's lock, and for the next voucher, in milliseconds. Default 30,000. */
  readonly timeout?: number
  /** Default: four windows, and one byte for every eight paid for. */
  readonly repeats?: RepeatAllowance
  /** What one payer may owe for over all its virtual channels. Default: sixteen windows, and one byte for every sixteen paid for. */
  readonly credit?: CreditAllowance
  /** Default: in memory. */
  readonly bindings?: Bindings
  readonly timers?: Timers
  /** Most requests that wait for a lock at one time. Default 1,024. */
  readonly maxWaiting?: number
}

/** Serves resources for payment. */
export interface Gate {
  /**
   * Answers a request for a resource: 402 with an offer, or the resource at the pace of the payments.
   * Rejects only for faults of this side: `WINDOW_TOO_SMALL`, or a payee or store that fails.
   */
  serve(request: RequestLike, resource: Resource): Promise<Reply>
}

const DEFAULT_TIMEOUT = 30_000
const DEFAULT_REPEATS: RepeatAllowance = { windows: 4, share: 8 }
const DEFAULT_CREDIT: CreditAllowance = { windows: 16, share: 16 }
const DEFAULT_WAITING = 1024
const MAX_PAYERS = 65_536
const MAX_IDLE_METERS = 65_536

/**
 * Makes a gate.
 *
 * @example
 * ```ts
 * const gate = createGate({ payee, price: { amount: 1n, per: 1024n }, asset: NATIVE_TOKEN, window: 4 << 20 })
 * const reply = await gate.serve(request, resource)
 * ```
 */
export function createGate(options: GateOptions): Gate {
  const state: State = {
    options,
    timeout: options.timeout ?? DEFAULT_TIMEOUT,
    repeats: options.repeats ?? DEFAULT_REPEATS,
    bindings: options.bindings ?? memoryBindings(),
    timers: options.timers ?? systemTimers,
    meters: new Meters(MAX_IDLE_METERS),
    unpaid: new Unpaid(options.credit ?? DEFAULT_CREDIT, MAX_PAYERS),
    waiting: 0,
  }
  return { serve: (request, resource) => serve(state, request, resource) }
}

interface State {
  readonly options: GateOptions
  readonly timeout: number
  readonly repeats: RepeatAllowance
  readonly bindings: Bindings
  readonly timers: Timers
  readonly meters: Meters
  readonly unpaid: Unpaid
  waiting: number
}

async function serve(state: State, request: RequestLike, resource: Resource): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(request.method)
  if (owedFor(state.options.price, resource.length) === 0n) return serveFree(request, resource)
  const { window } = state.options
  const needed = Math.max(1, resource.step ?? 1)
  if (window < needed) throw new HttpError('WINDOW_TOO_SMALL', { window, needed })
  const reply = await answer(state, request, resource)
  return request.method === 'HEAD' ? withoutBody(reply) : reply
}

async function answer(state: State, request: RequestLike, resource: Resource): Promise<Reply> {
  const header = request.headers.get(PAYMENT_SIGNATURE)
  if (header === null) return demand(state, request, resource, new HttpError('PAYMENT_REQUIRED'))
  let payment: PaymentSignature
  try {
    payment = decodePaymentSignature(header)
  } catch (error) {
    if (isTellable(error)) return errorReply(400, error, failure(state, error))
    throw error
  }
  try {
    return await servePaid(state, request, resource, payment)
  } catch (error) {
    if (isTellable(error)) return demand(state, request, resource, error)
    throw error
  }
}

/** What is wanted for a resource now. */
function offerFor({ options, timeout }: State, resource: Resource): Offer {
  const { payee, price, asset, window } = options
  return {
    network: payee.network,
    amount: owedFor(price, resource.length),
    asset,
    payTo: payee.account,
    maxTimeoutSeconds: Math.ceil(timeout / 1000),
    signer: payee.signer,
    price,
    window,
    hubs: payee.hubs.slice(0, MAX_HUBS),
    contract: payee.contract,
    length: resource.length,
    ...(payee.url === undefined ? {} : { url: payee.url }),
  }
}

function failure(state: State, error: SluiceError): Record<string, string> {
  const { network } = state.options.payee
  return { [PAYMENT_RESPONSE]: encodePaymentResponse({ success: false, network, errorReason: error.code }) }
}

/** The answer 402: why, and what is wanted. */
function demand(state: State, request: RequestLike, resource: Resource, error: SluiceError): Reply {
  const { description, type } = resource
  const required = encodePaymentRequired({
    error: error.message.slice(0, 512),
    resource: {
      url: request.url.slice(0, 1024),
      mimeType: type,
      ...(description === undefined ? {} : { description }),
    },
    offers: [offerFor(state, resource)],
  })
  const refused = error.code === 'PAYMENT_REQUIRED' ? {} : failure(state, error)
  return errorReply(402, error, { [PAYMENT_REQUIRED]: required, ...refused })
}

async function servePaid(
  state: State,
  request: RequestLike,
  resource: Resource,
  payment: PaymentSignature,
): Promise<Reply> {
  const selection = select(request, resource)
  if ('reply' in selection) return selection.reply
  const { admission, meter } = await admit(state, request, resource, payment)
  const headers = rangeHeaders(resource, selection)
  headers.set('Cache-Control', 'private')
  const response = () => settlement(state, admission, meter)
  if (request.method === 'HEAD') {
    headers.set(PAYMENT_RESPONSE, response())
    return { status: selection.status, headers }
  }
  meter.check(selection.range)
  state.unpaid.check(admission.payer, meter)
  headers.set(PAYMENT_RESPONSE, response())
  return {
    status: selection.status,
    headers,
    body: paced(state, meter, admission, resource, selection.range, request.signal),
    trailer: () => ({ [PAYMENT_RESPONSE]: response() }),
  }
}

function settlement(state: State, { payer, virtualId }: Admission, meter: Meter): string {
  const { charged, paid, reached, binding } = meter
  const { network } = state.options.payee
  return encodePaymentResponse({
    success: true,
    network,
    payer,
    virtualId,
    charged,
    paid,
    served: reached,
    length: binding.length,
  })
}

/** Lets V in and finds what it pays for, or throws the reason why not. */
async function admit(
  state: State,
  request: RequestLike,
  resource: Resource,
  payment: PaymentSignature,
): Promise<{ admission: Admission; meter: Meter }> {
  const { virtualId } = payment.first.voucher
  checkTerms(state, payment)
  const known = await state.bindings.get(virtualId)
  checkAccepted(state, resource, payment, known)
  const admission = await waitForLock(state, request, payment)
  if (admission.virtualId !== virtualId) throw new HttpError('PAYMENT_TERMS', { field: 'virtualId' })
  const { price, window } = state.options
  const { key, etag, length } = resource
  const { signature } = payment.first
  const binding = known ?? (await state.bindings.bind(virtualId, { key, etag, length, price, window, signature }))
  checkBinding(binding, resource, payment)
  return { admission, meter: meterOf(state, admission, binding, known !== undefined) }
}

function meterOf(state: State, admission: Admission, binding: Binding, restored: boolean): Meter {
  const { virtualId } = admission
  const meter = state.meters.get(virtualId) ?? new Meter(binding, admission, state.repeats, restored)
  state.meters.keep(virtualId, meter)
  return meter
}

function checkTerms({ options }: State, { terms }: PaymentSignature): void {
  if (terms.path.at(-1) !== options.payee.signer) throw new HttpError('PAYMENT_TERMS', { field: 'path' })
  if (terms.token !== options.asset) throw new HttpError('PAYMENT_TERMS', { field: 'token' })
}

/** A new V accepts the offer of now; a bound one goes on as it began. */
function checkAccepted(state: State, resource: Resource, payment: PaymentSignature, known: Binding | undefined): void {
  if (known !== undefined) {
    checkBinding(known, resource, payment)
    return
  }
  const field = offerDifference(payment.accepted, offerFor(state, resource))
  if (field !== undefined) throw new HttpError('PAYMENT_OFFER_UNKNOWN', { field })
}

function checkBinding(binding: Binding, resource: Resource, { first }: PaymentSignature): void {
  const { virtualId } = first.voucher
  if (!isBoundTo(binding, resource)) throw new HttpError('PAYMENT_BOUND', { virtualId })
  if (binding.signature === first.signature) return
  throw new HttpError('PAYMENT_REFUSED', { reason: 'it began with another voucher' })
}

async function waitForLock(state: State, request: RequestLike, payment: PaymentSignature): Promise<Admission> {
  const { payee, maxWaiting = DEFAULT_WAITING } = state.options
  if (state.waiting >= maxWaiting)
    throw new HttpError('PAYMENT_REFUSED', { reason: 'too many payments wait for their lock' })
  const late = () => new HttpError('PAYMENT_REFUSED', { reason: `no lock stood for it within ${state.timeout} ms` })
  state.waiting += 1
  try {
    return await within(state.timers, state.timeout, late, [request.signal], (signal) =>
      payee.admit(payment.terms, payment.first, signal),
    )
  } catch (error) {
    if (error instanceof HttpError || !isTellable(error)) throw error
    throw new HttpError('PAYMENT_REFUSED', { reason: error.message, code: error.code }, error)
  } finally {
    state.waiting -= 1
  }
}

/** The bytes of a range, never further than a window ahead of what is paid for. */
async function* paced(
  state: State,
  meter: Meter,
  admission: Admission,
  resource: Resource,
  range: ByteRange,
  gone: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // Once more, now that the body begins: requests that were let in side by side share one credit.
  state.unpaid.check(admission.payer, meter)
  const live = meter.begin(admission)
  const signal = AbortSignal.any([live.signal, gone])
  let start = range.start
  try {
    for await (const chunk of resource.read(range.start, range.end, signal)) {
      const end = start + chunk.length
      for (let from = start; from < end; from = start) {
        if (from >= meter.allowed) await payment(state, meter, from, signal)
        signal.throwIfAborted()
        start = Math.min(end, meter.allowed)
        meter.served({ start: from, end: start })
        yield chunk.subarray(chunk.length - (end - from), chunk.length - (end - start))
      }
    }
  } finally {
    meter.end(live)
  }
}

async function payment(state: State, meter: Meter, offset: number, signal: AbortSignal): Promise<void> {
  const late = () => new HttpError('PAYMENT_TIMEOUT', { milliseconds: state.timeout, offset })
  await within(state.timers, state.timeout, late, [signal], (limit) => meter.waitFor(offset, limit))
}
