import { HttpError } from '../../errors.ts'
import { isLocalUrl } from '../../local-url.ts'
import { pause } from '../../timers.ts'
import { TabError } from '../errors.ts'
import type { Reservation } from '../payer/budget.ts'
import type { PayerCall, PayerTab } from '../payer/payer-tab.ts'
import { settleBy } from '../payer/settle.ts'
import type { TabStanding } from '../wire/answer.ts'
import type { TabOffer } from '../wire/offer.ts'
import { CALL, isFixed } from '../wire/price.ts'
import { type Attempt, askOutcome, attempt } from './attempt.ts'
import type { Asked, Buying } from './context.ts'
import { newId } from './new-id.ts'
import { chargeOf, chooseTabOffer, limitFor, mostFor, tabOffersIn } from './offers.ts'
import { PaidBody } from './paid-body.ts'

/** Attempts of one request, all refusals that pass counted in. */
const MAX_TURNS = 12
/** Attempts without an answer, after the first. */
const MAX_UNREACHABLE = 4
/** Milliseconds before the next attempt, by how many failed. */
const delayOf = (failed: number): number => Math.min(100 * 2 ** failed, 5_000)
/** Tabs that may be declined on their way, one after the other. */
const MAX_DECLINED = 2
/** Statuses by which something on the way answers for a seller. */
const GATEWAY = new Set([408, 429, 502, 503, 504])
const SAFE = new Set(['GET', 'HEAD'])
/** An answer whose call alone is charged, and whose body nobody reads, counts as settled after this, milliseconds. */
const UNREAD = 60_000
/** How often an outcome is asked for. */
const ASKS = 6

/** One request that is bought on a tab: from the offer to what it cost. */
export class Purchase {
  readonly #buying: Buying
  readonly #asked: Asked
  #offer: TabOffer
  #id: string
  #tab: PayerTab | undefined
  #call: PayerCall | undefined
  #reservation: Reservation | undefined
  #release = () => {}
  #isSent = false
  /** What the request had cost when it was asked for before under its name. */
  #before = 0n
  #failed = 0
  #declined = 0

  constructor(buying: Buying, asked: Asked, offer: TabOffer) {
    this.#buying = buying
    this.#asked = asked
    this.#offer = offer
    this.#id = asked.extras.id ?? newId()
  }

  /** The answer, which is paid for as it is read. @throws HttpError why it is not bought; what it says was paid. */
  async run(): Promise<Response> {
    let last: unknown
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      try {
        const { tab, call } = await this.#prepare()
        const found = await this.#send(tab, call)
        if (found instanceof Response) return found
        last = found
        if (this.#failed > 0) await pause(this.#buying.timers, delayOf(this.#failed - 1), this.#asked.signal)
      } catch (error) {
        this.#abandon()
        if (error instanceof TabError && error.code === 'TAB_COUNT_APART') this.#distrust(error)
        throw error
      }
    }
    this.#abandon()
    throw last
  }

  /** Sets money aside, takes a tab, and begins the request on it; nothing where that stands. */
  async #prepare(): Promise<{ tab: PayerTab; call: PayerCall }> {
    const { budget, tabs, now } = this.#buying
    if (this.#tab !== undefined && this.#call !== undefined) return { tab: this.#tab, call: this.#call }
    const { signer, asset, payment, price } = this.#offer
    const most = mostFor(this.#buying.rules, this.#asked.extras.maxAmount)
    const limit = limitFor(this.#offer, most)
    const { origin } = this.#asked.url
    this.#reservation ??= await budget.reserve({ payee: signer, origin, token: asset, amount: limit })
    const left = budget.left(signer, asset)
    const isLocal = isLocalUrl(this.#asked.url.href)
    const wanted = { offer: this.#offer, isLocal, limit, most, left: left === undefined ? undefined : left + limit }
    const tab = this.#buying.named.get(this.#id)?.tab ?? (await tabs.use(wanted))
    // What is not known of earlier requests is settled before anything else is bought.
    await tab.settling
    const named = this.#buying.named.get(this.#id)
    const call = named?.tab === tab ? named.call : tab.begin(this.#id, limit, now(), this.#isNamed)
    call.isOpen = true
    this.#before = call.charged
    this.#tab = tab
    this.#call = call
    if (this.#isNamed) this.#buying.named.put(this.#id, { tab, call })
    if (payment === 'upfront')
      this.#release = await tab.advance(chargeOf({ ...this.#offer, price: onlyCalls(price) }, 0, {}))
    return { tab, call }
  }

  get #isNamed(): boolean {
    return this.#asked.extras.id !== undefined
  }

  /** One attempt: the answer, or why there is none yet. */
  async #send(tab: PayerTab, call: PayerCall): Promise<Response | Error> {
    const { signal, url } = this.#asked
    let found: Attempt
    try {
      found = await attempt(this.#buying, this.#asked, this.#offer, tab, call)
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      if (tab.gone.signal.aborted) return this.#isDeclined(tab, call)
      const error = new HttpError('SERVER_UNREACHABLE', { url: url.href }, cause)
      if (this.#failed === MAX_UNREACHABLE) throw error
      return this.#again(error)
    }
    this.#isSent = true
    if (found.refusal !== undefined) return this.#refused(tab, call, found, found.refusal)
    if (found.standing !== undefined) return this.#accepted(tab, call, found, found.standing)
    return this.#unsaid(tab, call, found)
  }

  /** The payee never saw the tab, so it ran nothing: another one is opened, by the fees of now. */
  #isDeclined(tab: PayerTab, call: PayerCall): Error {
    const error = tab.over ?? new TabError('TAB_DECLINED', { virtualId: tab.facts.virtualId, code: 'unknown' })
    this.#declined += 1
    this.#leave(tab, call, error, false)
    if (this.#declined > MAX_DECLINED) throw error
    return error
  }

  /** The same request is asked for again, under the same id: that is free. */
  #again(error: Error): Error {
    const { method, url } = this.#asked
    this.#failed += 1
    // On a route that may be free, an id protects nothing.
    if (!this.#buying.offers.isExact(method, url) && !SAFE.has(method)) throw error
    return error
  }

  /** An answer that does not say where the tab stands: of something on the way, or of a route that is free. */
  async #unsaid(tab: PayerTab, call: PayerCall, { response }: Attempt): Promise<Response | Error> {
    const { status } = response
    if (GATEWAY.has(status)) {
      const reason = 'something on the way answered for the seller'
      const error = new HttpError('RESPONSE_STATUS', { status, reason })
      await response.body?.cancel().catch(() => undefined)
      return this.#again(error)
    }
    const offers = tabOffersIn(response)
    if (offers.length > 0) return this.#reprice(tab, call, response, new TabError('TAB_PRICE'))
    this.#end(tab, call, 0n)
    return response
  }

  /** The seller refuses, and charges nothing for this attempt. */
  async #refused(tab: PayerTab, call: PayerCall, found: Attempt, code: string): Promise<Response | Error> {
    const { response, standing } = found
    const { id } = call
    const reason = new TabError('SELLER_REFUSED', { code, id, charged: call.charged, status: response.status })
    switch (code) {
      case 'TAB_UNKNOWN':
        tab.isKnown = false
        return this.#discarded(response, this.#count(reason))
      case 'TAB_PRICE':
        return this.#reprice(tab, call, response, reason)
      case 'TAB_SPENT':
      case 'TAB_REFUSED':
      case 'TAB_IDS':
      case 'TAB_FAILURES':
        this.#leave(tab, call, reason)
        return this.#discarded(response, this.#count(reason))
      case 'TAB_DUE':
      case 'TAB_CREDIT':
        if (standing !== undefined) tab.compare(standing, call)
        tab.pay()
        return this.#discarded(response, this.#count(reason))
      case 'CALL_RUNNING':
        return this.#discarded(response, this.#count(reason))
      case 'CALL_SETTLED':
        if (standing !== undefined) tab.raiseTime(standing.settled)
        return this.#anew(tab, call, response, reason)
      case 'CALL_OUTCOME_UNKNOWN':
        return this.#anew(tab, call, response, new TabError('CALL_OUTCOME_UNKNOWN', { id }))
      case 'CALL_FAILED':
        this.#end(tab, call, 0n)
        return response
      default:
        if (standing !== undefined) settleBy(tab, call, standing)
        else tab.end(call)
        this.#close(tab, call)
        throw await this.#discarded(response, reason)
    }
  }

  #count(error: Error): Error {
    this.#failed += 1
    return error
  }

  async #discarded(response: Response, error: Error): Promise<Error> {
    await response.body?.cancel().catch(() => undefined)
    return error
  }

  /** Another price stands than the one that was agreed to: it is judged like the first. */
  async #reprice(tab: PayerTab, call: PayerCall, response: Response, reason: Error): Promise<Error> {
    const { payer, tokens, offers } = this.#buying
    const { method, url } = this.#asked
    const offer = chooseTabOffer(tabOffersIn(response), payer, tokens)
    offers.put(method, url, offer)
    this.#leave(tab, call, reason, false)
    this.#offer = offer
    return this.#discarded(response, this.#count(reason))
  }

  /** The id cannot be used: another one is, where it is sure that nothing was run under it. */
  async #anew(tab: PayerTab, call: PayerCall, response: Response, reason: Error): Promise<Error> {
    const isSure = SAFE.has(this.#asked.method) || this.#failed === 0
    this.#leave(tab, call, reason, false)
    await response.body?.cancel().catch(() => undefined)
    if (!isSure) throw reason
    this.#id = newId()
    return this.#count(reason)
  }

  /** The request is not bought on this tab, or not like this. */
  #leave(tab: PayerTab, call: PayerCall, reason: Error, isOver = true): void {
    this.#release()
    this.#buying.named.drop(this.#id)
    tab.charge(call, 0n)
    tab.end(call)
    if (isOver) this.#buying.tabs.retire(tab, reason)
    else this.#buying.tabs.released(tab)
    this.#reservation?.settle(0n)
    this.#reservation = undefined
    this.#tab = undefined
    this.#call = undefined
  }

  /** The seller has answered: what it charges is paid as it is read. */
  #accepted(tab: PayerTab, call: PayerCall, found: Attempt, standing: TabStanding): Response {
    const { method, url } = this.#asked
    this.#buying.offers.put(method, url, this.#offer)
    const { response } = found
    try {
      tab.compare(standing, call)
    } catch (error) {
      // What it costs is known once the answer is over.
      response.body?.cancel().catch(() => undefined)
      throw error
    }
    const isCharged = this.#offer.charges.includes(Math.floor(response.status / 100))
    this.#release()
    const body = new PaidBody({
      buying: this.#buying,
      offer: isCharged ? this.#offer : { ...this.#offer, price: [] },
      tab,
      call,
      found,
      again: () => attempt(this.#buying, this.#asked, this.#offer, tab, call),
      ended: () => this.#close(tab, call),
      lost: () => this.#askLater(tab, call),
      signal: this.#asked.signal,
      isBodiless: method === 'HEAD',
    })
    if (!this.#isNamed && isFixed(this.#offer.price)) this.#settleUnread(body)
    return body.response(url.href)
  }

  #settleUnread(body: PaidBody): void {
    body.onSettled(this.#buying.timers.after(UNREAD, () => body.forget(), true))
  }

  #end(tab: PayerTab, call: PayerCall, charged: bigint): void {
    tab.charge(call, charged)
    tab.end(call)
    this.#close(tab, call)
  }

  /** It is settled what the request cost. */
  #close(tab: PayerTab, { id, charged }: PayerCall): void {
    this.#release()
    this.#reservation?.settle(charged - this.#before)
    this.#buying.tabs.released(tab)
    const { virtualId, payee, token } = tab.facts
    this.#asked.extras.onReceipt?.({ id, virtualId, payee, token, charged })
  }

  /** The seller counts what cannot be: nothing more is bought on this tab. */
  #distrust(error: Error): void {
    if (this.#tab !== undefined) this.#buying.tabs.retire(this.#tab, error)
  }

  /** Nobody waits for the answer any more: what became of the request is asked behind. */
  #abandon(): void {
    const [tab, call] = [this.#tab, this.#call]
    this.#release()
    if (tab === undefined || call === undefined) this.#reservation?.settle(0n)
    else if (call.isOpen) this.#askLater(tab, call)
  }

  #askLater(tab: PayerTab, call: PayerCall): void {
    const { method, url } = this.#asked
    const { offers } = this.#buying
    if (!offers.isExact(method, url) || !(this.#isSent || this.#failed > 0 || this.#asked.signal.aborted)) {
      this.#end(tab, call, call.charged)
      return
    }
    const first = this.#ask(tab, call)
    tab.settling = Promise.all([tab.settling, first]).then(() => {})
  }

  /** Asks until the outcome is known. Resolves with the first answer; where there is none, the tab is left. */
  async #ask(tab: PayerTab, call: PayerCall, asked = 0): Promise<void> {
    const { onError, tabs } = this.#buying
    try {
      const standing = await askOutcome(this.#buying, this.#asked, this.#offer, tab, call)
      if (standing !== undefined && settleBy(tab, call, standing) === 'settled') return this.#close(tab, call)
    } catch (error) {
      onError(error)
    }
    if (asked + 1 < ASKS && call.isOpen) {
      const later = pause(this.#buying.timers, delayOf(asked), new AbortController().signal)
      void later.then(() => this.#ask(tab, call, asked + 1))
      return
    }
    tab.end(call)
    tabs.retire(tab, new TabError('TAB_ANSWER_INVALID', { attempts: asked + 1, reason: 'no outcome was told' }))
    this.#close(tab, call)
  }
}

const onlyCalls = (price: TabOffer['price']): TabOffer['price'] => price.filter(({ unit }) => unit === CALL)
