import { type Address, type Id, lowest } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { TabError } from '../errors.ts'
import type { Reservation } from '../payer/budget.ts'
import type { PayerCall, PayerTab } from '../payer/payer-tab.ts'
import { type TabAnswer, tabAnswerFromJson } from '../wire/answer.ts'
import { type TabOffer, tabOfferFromJson } from '../wire/offer.ts'
import { isFixed } from '../wire/price.ts'
import { requestLines, tabRequestToJson } from '../wire/request.ts'
import { isSealedFor } from './attempt.ts'
import type { Buying } from './context.ts'
import { newId } from './new-id.ts'
import { chooseTabOffer, limitFor, mostFor } from './offers.ts'
import { tabRequestOf } from './tab-request.ts'

/** What is to be paid for, where something else makes the request. */
export interface WantedPayment {
  /** An offer of the scheme `sluice` for a tab, as x402's PaymentRequirements: somebody's JSON. */
  readonly offer: unknown
  /** Of the server, as the spending rules and whoever approves are told. */
  readonly origin: string
  /** The server is of this machine's network, and may name addresses there. Default false. */
  readonly isLocal?: boolean
  /** Most that the request may charge, base units. Default: the spending rule for requests. */
  readonly maxAmount?: bigint
}

/** A payment for one request that something else makes. Each is settled once, by what its server answers. */
export interface SignedPayment {
  readonly id: string
  readonly virtualId: Id
  readonly payee: Address
  readonly token: Address
  /** Charged at most, base units. */
  readonly amount: bigint
  /** What the server is given: x402's payload. Secret: who has it can spend it. */
  readonly payload: { readonly tab: object }
  /**
   * The request is over: settles what it cost, base units, which is answered. What the seller sealed counts; without that a refusal counts as
   * nothing, and everything else as the amount.
   *
   * @param answer x402's SettlementResponse as it came, or undefined for none.
   * @throws TabError `TAB_COUNT_APART` where the seller counts what it cannot have delivered: nothing more is bought on that tab.
   */
  settle(answer: unknown): bigint
  /** The seller did not take it, as its server says by other means. @param code The error's code, where it tells one. */
  refused(code?: string): void
}

/** Refusals after which a tab is of no more use. What is due by the seller's count is not paid: it is not what was received. */
const LEAVING = new Set(['TAB_SPENT', 'TAB_REFUSED', 'TAB_IDS', 'TAB_FAILURES', 'TAB_DUE', 'TAB_CREDIT'])
/** A payment whose end nobody tells counts as charged after this, milliseconds. */
const LOST = 600_000

/**
 * Signs a payment for a request that something else makes.
 *
 * @throws HttpError `OFFER_…`, `FIELD_INVALID`; TabError `SPENDING_…`, `PAYEE_NOT_ALLOWED`, `OFFER_METERED`.
 */
export async function payApart(buying: Buying, wanted: WantedPayment): Promise<SignedPayment> {
  const { payer, tokens } = buying
  return payFor(buying, chooseTabOffer([tabOfferFromJson(wanted.offer, 'offer')], payer, tokens), wanted)
}

/** The same for an offer that was read and chosen. */
export async function payFor(
  buying: Buying,
  offer: TabOffer,
  wanted: Omit<WantedPayment, 'offer'>,
): Promise<SignedPayment> {
  const { rules, budget, tabs, now } = buying
  if (!isFixed(offer.price))
    throw new TabError('OFFER_METERED', { units: offer.price.map(({ unit }) => unit).join(', ') })
  const most = mostFor(rules, wanted.maxAmount)
  const limit = limitFor(offer, most)
  const { signer, asset } = offer
  const reservation = await budget.reserve({ payee: signer, origin: wanted.origin, token: asset, amount: limit })
  try {
    const left = budget.left(signer, asset)
    const tab = await tabs.use({
      offer,
      isLocal: wanted.isLocal ?? false,
      limit,
      most,
      left: left === undefined ? undefined : left + limit,
    })
    await tab.settling
    // The offer has just been made.
    tab.epoch = offer.epoch
    const isAlone = !tab.isBusy
    const call = tab.begin(newId(), limit, now(), false)
    const number = isAlone ? tab.begun : undefined
    await signFor(tab, call)
    return new Apart({ buying, offer, tab, call, reservation, number })
  } catch (error) {
    reservation.settle(0n)
    throw error
  }
}

/** Counts a request as charged before it is made, and signs that: whoever makes it may never say how it ended. */
async function signFor(tab: PayerTab, call: PayerCall): Promise<void> {
  tab.charge(call, call.limit)
  try {
    await tab.paidUp()
  } catch (error) {
    tab.charge(call, 0n)
    tab.end(call)
    throw error
  }
}

interface Begun {
  readonly buying: Buying
  readonly offer: TabOffer
  readonly tab: PayerTab
  readonly call: PayerCall
  readonly reservation: Reservation
  /** Which of the tab's requests it is, where no other one was under way. */
  readonly number: number | undefined
}

class Apart implements SignedPayment {
  readonly payload: { readonly tab: object }
  readonly #begun: Begun
  readonly #cancel: () => void
  #isSettled = false

  constructor(begun: Begun) {
    this.#begun = begun
    this.payload = payloadFor(begun)
    this.#cancel = begun.buying.timers.after(LOST, () => this.#end(begun.call.limit), true)
  }

  get id(): string {
    return this.#begun.call.id
  }

  get virtualId(): Id {
    return this.#begun.tab.facts.virtualId
  }

  get payee(): Address {
    return this.#begun.tab.facts.payee
  }

  get token(): Address {
    return this.#begun.tab.facts.token
  }

  get amount(): bigint {
    return this.#begun.call.limit
  }

  settle(answer: unknown): bigint {
    const { tab, call, buying, number } = this.#begun
    if (this.#isSettled) return call.charged
    const told = read(answer)
    const standing = told && isSealedFor(tab, call, told) ? told.standing : undefined
    if (standing === undefined) {
      if (told?.errorReason === undefined) return this.#end(call.limit)
      this.refused(told.errorReason)
      return 0n
    }
    tab.isKnown = true
    tab.epoch = standing.epoch
    try {
      tab.compare(standing, call)
    } catch (error) {
      if (error instanceof TabError) buying.tabs.retire(tab, error)
      this.#end(call.limit)
      throw error
    }
    // A price by the call is charged as soon as the answer begins.
    const isCharged = standing.state === 'done' || standing.state === 'running'
    const charged = this.#end(isCharged ? lowest(standing.charged, call.limit) : 0n)
    // Where nothing else is under way, its count is that of all requests: also of those that were answered without a word of it.
    if (number === tab.begun) tab.lower(standing.total)
    return charged
  }

  refused(code?: string): void {
    if (this.#isSettled) return
    const { tab, buying } = this.#begun
    this.#end(0n)
    if (code === undefined || !LEAVING.has(code)) return
    const { id } = this
    buying.tabs.retire(tab, new TabError('SELLER_REFUSED', { code, id, charged: 0n, status: 402 }))
  }

  #end(charged: bigint): bigint {
    if (this.#isSettled) return charged
    const { tab, call, reservation, buying } = this.#begun
    this.#isSettled = true
    this.#cancel()
    tab.charge(call, charged)
    tab.end(call)
    reservation.settle(charged)
    buying.tabs.released(tab)
    return charged
  }
}

function payloadFor({ buying, offer, tab, call }: Begun): { readonly tab: object } {
  // The terms always: what carries the payment does not ask again where the seller does not know the tab.
  const request = tabRequestOf(buying, offer, tab, call, 'payment', true)
  return tabRequestToJson(request, tab.key.mac(requestLines({ method: '', target: '', digest: '0x' }, request)))
}

function read(answer: unknown): TabAnswer | undefined {
  if (answer === undefined) return undefined
  try {
    return tabAnswerFromJson(answer)
  } catch (error) {
    if (error instanceof HttpError) return undefined
    throw error
  }
}
