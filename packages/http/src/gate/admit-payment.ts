import { HttpError } from '../errors.ts'
import { type Offer, offerDifference } from '../headers/offer.ts'
import type { PaymentSignature } from '../headers/payment-signature.ts'
import type { Admission } from '../ports.ts'
import { within } from '../timers.ts'
import { type Binding, isBoundTo } from './bindings.ts'
import { offersFor } from './demand.ts'
import type { GateState } from './gate-state.ts'
import { Meter } from './meter.ts'
import { isTellable, type RequestLike } from './reply.ts'
import type { Resource } from './resource.ts'

/** Lets V in and finds what it pays for, or throws the reason why not. `from`: where the range that is asked for begins. */
export async function admitPayment(
  state: GateState,
  request: RequestLike,
  resource: Resource,
  payment: PaymentSignature,
  from: number,
): Promise<{ admission: Admission; meter: Meter }> {
  const { virtualId } = payment.first.voucher
  checkPath(state, payment)
  const offer = offerTaken(state, resource, payment)
  const known = await state.bindings.get(virtualId)
  checkAccepted(offer, resource, payment, known)
  const admission = await waitForLock(state, request, payment)
  if (admission.virtualId !== virtualId) throw new HttpError('PAYMENT_TERMS', { field: 'virtualId' })
  const { price, window } = offer
  const { key, etag, length } = resource
  const { signature } = payment.first
  const binding = known ?? (await state.bindings.bind(virtualId, { key, etag, length, price, window, from, signature }))
  checkBinding(binding, resource, payment)
  return { admission, meter: meterOf(state, admission, binding, known !== undefined) }
}

function meterOf(state: GateState, admission: Admission, binding: Binding, restored: boolean): Meter {
  const { virtualId } = admission
  const meter = state.meters.get(virtualId) ?? new Meter(binding, admission, state.repeats, restored)
  state.meters.keep(virtualId, meter)
  return meter
}

function checkPath({ options }: GateState, { terms }: PaymentSignature): void {
  if (terms.path.at(-1) !== options.payee.signer) throw new HttpError('PAYMENT_TERMS', { field: 'path' })
}

/** The offer of now in V's token. */
function offerTaken(state: GateState, resource: Resource, { terms }: PaymentSignature): Offer {
  const offer = offersFor(state, resource).find(({ asset }) => asset === terms.token)
  if (offer === undefined) throw new HttpError('PAYMENT_TERMS', { field: 'token' })
  return offer
}

/** A new V accepts the offer of now; a bound one goes on as it began. */
function checkAccepted(offer: Offer, resource: Resource, payment: PaymentSignature, known: Binding | undefined): void {
  if (known !== undefined) {
    checkBinding(known, resource, payment)
    return
  }
  const field = offerDifference(payment.accepted, offer)
  if (field !== undefined) throw new HttpError('PAYMENT_OFFER_UNKNOWN', { field })
}

function checkBinding(binding: Binding, resource: Resource, { first }: PaymentSignature): void {
  const { virtualId } = first.voucher
  if (!isBoundTo(binding, resource)) throw new HttpError('PAYMENT_BOUND', { virtualId })
  if (binding.signature === first.signature) return
  throw new HttpError('PAYMENT_REFUSED', { reason: 'it began with another voucher' })
}

async function waitForLock(state: GateState, request: RequestLike, payment: PaymentSignature): Promise<Admission> {
  const { payee } = state.options
  if (state.waiting >= state.maxWaiting)
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
