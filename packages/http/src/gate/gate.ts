import { HttpError } from '../errors.ts'
import { encodePaymentResponse, PAYMENT_RESPONSE } from '../headers/payment-response.ts'
import { decodePaymentSignature, PAYMENT_SIGNATURE, type PaymentSignature } from '../headers/payment-signature.ts'
import { owedFor } from '../headers/price.ts'
import type { Admission } from '../ports.ts'
import { admitPayment } from './admit-payment.ts'
import { demand, failure } from './demand.ts'
import { createState, type GateOptions, type GateState } from './gate-state.ts'
import type { Meter } from './meter.ts'
import { paced } from './paced.ts'
import { errorReply, isTellable, type Reply, type RequestLike, withoutBody } from './reply.ts'
import { methodNotAllowed, rangeHeaders, select, serveFree } from './representation.ts'
import type { Resource } from './resource.ts'

/** Serves resources for payment. */
export interface Gate {
  /**
   * Answers a request for a resource: 402 with an offer, or the resource at the pace of the payments.
   * Rejects only for faults of this side: `WINDOW_TOO_SMALL`, or a payee or store that fails.
   */
  serve(request: RequestLike, resource: Resource): Promise<Reply>
}

/**
 * Makes a gate.
 *
 * @throws HttpError `ASSETS_INVALID`.
 * @example
 * ```ts
 * const gate = createGate({ payee, price: { amount: 1n, per: 1024n }, asset: NATIVE_TOKEN, window: 4 << 20 })
 * const reply = await gate.serve(request, resource)
 * ```
 */
export function createGate(options: GateOptions): Gate {
  const state = createState(options)
  return { serve: (request, resource) => serve(state, request, resource) }
}

async function serve(state: GateState, request: RequestLike, resource: Resource): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(request.method)
  if (state.assets.some(({ price }) => owedFor(price, resource.length) === 0n)) return serveFree(request, resource)
  const { window } = state.options
  const needed = Math.max(1, resource.step ?? 1)
  if (window < needed) throw new HttpError('WINDOW_TOO_SMALL', { window, needed })
  const reply = await answer(state, request, resource)
  return request.method === 'HEAD' ? withoutBody(reply) : reply
}

async function answer(state: GateState, request: RequestLike, resource: Resource): Promise<Reply> {
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

async function servePaid(
  state: GateState,
  request: RequestLike,
  resource: Resource,
  payment: PaymentSignature,
): Promise<Reply> {
  const selection = select(request, resource)
  if ('reply' in selection) return selection.reply
  const { admission, meter } = await admitPayment(state, request, resource, payment, selection.range.start)
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

function settlement(state: GateState, { payer, virtualId }: Admission, meter: Meter): string {
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
