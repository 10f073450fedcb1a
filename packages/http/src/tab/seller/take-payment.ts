import type { Address, Id } from '@sluice/protocol'
import { invalid } from '../../headers/fields.ts'
import { TabError } from '../errors.ts'
import { checkRoute, type PricePartOptions, type Route } from '../payee/route.ts'
import { type TabAnswerJson, tabAnswerToJson } from '../wire/answer.ts'
import { callCharge, tabOfferToJson } from '../wire/offer.ts'
import { isFixed } from '../wire/price.ts'
import { tabRequestFromJson } from '../wire/request.ts'
import { isTellable, offerOf, priceHash, sealedStanding, standingOf } from './answers.ts'
import { type BegunCall, beginCall, endCall } from './begin-call.ts'
import { enter, identify } from './open-tab.ts'
import { forgetCalls } from './seller-records.ts'
import type { SellerState } from './state.ts'
import type { Tab } from './tab.ts'

/** How long a payment that was taken waits for what becomes of its request, milliseconds: then it is given back. */
const HELD = 900_000

/** A payment that was taken, for a request that its payer made by some other way. */
export interface TakenPayment {
  readonly id: string
  readonly virtualId: Id
  readonly payer: Address
  /** Charged, base units. */
  readonly charged: bigint
  /**
   * The request was answered: it is charged for good. With an amount, at most that much of it.
   *
   * @throws TabError `CALL_FAILED` where the payment was given back before.
   */
  settle(most?: bigint): TabAnswerJson
  /** The request was not answered: nothing is charged. Does nothing once it is settled. */
  refund(): TabAnswerJson
}

/** What a payment apart costs: a price by the call alone, paid before anything is done. @throws TabError `PRICE_INVALID`. */
function apartRoute({ options }: SellerState, price: readonly PricePartOptions[]): Route {
  const route = checkRoute({ price, payment: 'upfront' }, options.window)
  if (isFixed(route.price)) return route
  throw new TabError('PRICE_INVALID', { reason: 'a payment apart from its request is for a price by the call alone' })
}

/** What is asked for, as x402's PaymentRequirements. */
export function offerApart(state: SellerState, price: readonly PricePartOptions[]): object {
  return tabOfferToJson({ ...offerOf(state, apartRoute(state, price)), isApart: true })
}

/**
 * Takes a payment that came apart from its request.
 *
 * @param payload The JSON that the payer's side made.
 * @throws HttpError, TabError why it is refused. Nothing is charged then.
 */
export async function takePayment(
  state: SellerState,
  payload: unknown,
  price: readonly PricePartOptions[],
  signal: AbortSignal,
): Promise<TakenPayment> {
  const { request, named, route } = await checkPayment(state, payload, price)
  const tab = await enter(state, named, request)
  forgetCalls(state, request.virtualId, tab.calls.settle(request.settled))
  // Others may have come while the tab was let in.
  checkId(tab, request.id)
  const identity = tab.account.key.mac(['sluice tab 1 id', 'payment'])
  return new Taken(await beginCall(state, { route, tab, request, identity, signal }))
}

/** What can be said of a payment before it is taken: that it can be read, is its payer's own, is for this price and was not taken before. @throws HttpError, TabError. */
export async function checkPayment(state: SellerState, payload: unknown, price: readonly PricePartOptions[]) {
  await state.ready
  const route = apartRoute(state, price)
  const { request, mac } = tabRequestFromJson(payload)
  if (request.kind !== 'payment') throw invalid('payload.tab.kind', '"payment"')
  const named = identify(state, { method: '', target: '', digest: '0x' }, request, mac)
  const known = state.tabs.get(request.virtualId)
  if (known !== undefined) checkId(known, request.id)
  if (request.price !== priceHash(state, route)) throw new TabError('TAB_PRICE')
  return { request, named, route }
}

function checkId({ calls }: Tab, id: string): void {
  const known = calls.get(id)
  if (known !== undefined) throw new TabError(known.state === 'running' ? 'CALL_RUNNING' : 'CALL_ID_REUSED', { id })
}

/** What is said of a payment that was refused. */
export function refusalApart({ options }: SellerState, error: unknown): TabAnswerJson {
  const errorReason = isTellable(error) ? error.code : 'CALL_FAILED'
  return tabAnswerToJson({ network: options.payee.network, isFramed: false, errorReason })
}

class Taken implements TakenPayment {
  readonly #begun: BegunCall
  readonly #cancel: () => void
  #end: 'open' | 'settled' | 'refunded' = 'open'

  constructor(begun: BegunCall) {
    this.#begun = begun
    this.#cancel = begun.state.timers.after(HELD, () => this.refund(), true)
  }

  get id(): string {
    return this.#begun.request.id
  }

  get virtualId(): Id {
    return this.#begun.request.virtualId
  }

  get payer(): Address {
    return this.#begun.tab.account.payer
  }

  get charged(): bigint {
    return this.#begun.meter.charged
  }

  settle(most: bigint = callCharge(this.#begun.route.price)): TabAnswerJson {
    if (this.#end === 'refunded') throw new TabError('CALL_FAILED', { id: this.id })
    if (this.#end === 'open') {
      this.#begun.meter.lower(most)
      this.#over('settled', 'whole')
    }
    return this.#answer()
  }

  refund(): TabAnswerJson {
    if (this.#end === 'open') this.#over('refunded', 'failed')
    return this.#answer()
  }

  #over(end: 'settled' | 'refunded', how: 'whole' | 'failed'): void {
    this.#end = end
    this.#cancel()
    endCall(this.#begun, how)
  }

  #answer(): TabAnswerJson {
    const { state, tab } = this.#begun
    const reason = this.#end === 'refunded' ? { errorReason: 'CALL_FAILED' } : {}
    const answer = tabAnswerToJson(sealedStanding(state, tab, standingOf(state, tab, this.id), reason))
    return { ...answer, payer: this.payer }
  }
}
