import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { asAddress, asAmount, asArray, asInteger, asObject } from '../../headers/fields.ts'
import type { Timers } from '../../ports.ts'
import { systemTimers } from '../../timers.ts'
import { TabError } from '../errors.ts'
import { Budget, type Reservation, type SpendingRules, type WantedSpending } from '../payer/budget.ts'
import { NamedCalls } from '../payer/named.ts'
import type { TabPayer } from '../payer/payer-tab.ts'
import { Tabs } from '../payer/tabs.ts'
import { memoryRecords, type TabRecords } from '../records.ts'
import { callCharge, type TabOffer } from '../wire/offer.ts'
import { MAX_ID } from '../wire/request.ts'
import { send } from './attempt.ts'
import { buyApart } from './buy-apart.ts'
import type { Asked, Buying, TabFetchExtras } from './context.ts'
import { chooseTabOffer, mostFor, Offers, tabOffersIn } from './offers.ts'
import { payApart, type SignedPayment, type WantedPayment } from './pay-apart.ts'
import { Purchase } from './purchase.ts'

export interface TabFetchOptions {
  readonly payer: TabPayer
  /** Tokens to pay in. Default: the native one. */
  readonly tokens?: readonly Address[]
  readonly rules?: SpendingRules
  /** Where tabs and what was spent are kept. Default: in memory; tabs are then closed at the end. */
  readonly records?: TabRecords
  /** A tab that is not used for so long is closed, milliseconds. Default five minutes. */
  readonly idle?: number
  /** Milliseconds without an answer or a byte after which a server counts as stopped. Default 60,000. */
  readonly stallTimeout?: number
  readonly fetch?: typeof fetch
  readonly timers?: Timers
  /** Unix milliseconds. */
  readonly now?: () => number
  /** Called with what fails behind a request. Default: nothing. */
  readonly onError?: (error: unknown) => void
}

/** A request as fetch takes it, and what it may cost. */
export type TabFetchInit = RequestInit & TabFetchExtras

/** A fetch that pays on tabs. */
export interface TabFetch {
  /**
   * Fetches, and pays where the server asks for it on a tab. An answer without such an offer is given as it is.
   *
   * @throws HttpError for what the server wants and this side does not give; what fetch throws.
   */
  fetch(input: string | URL | Request, init?: TabFetchInit): Promise<Response>
  /**
   * Signs a payment for a request that something else makes, on the same tabs and by the same rules.
   *
   * @throws HttpError, TabError why it is not paid for. Nothing was sent then.
   */
  pay(wanted: WantedPayment): Promise<SignedPayment>
  /** Sets money aside by the same rules, for what is bought otherwise. @throws TabError `SPENDING_RULE`, `PAYEE_NOT_ALLOWED`, `SPENDING_REFUSED`. */
  reserve(wanted: WantedSpending): Promise<Reservation>
  /** Pays what is due on tabs, closes them, and gets back what they hold beyond it. Requests that come open others. */
  closeTabs(): Promise<void>
  /** Pays what is due, and closes tabs that are not kept. */
  stop(): Promise<void>
}

const SPENT = 'spent'
const MAX_REDIRECTS = 5
const DEFAULT_IDLE = 300_000

/** Makes a paying fetch. What was kept is read at once, and requests wait for that. */
export function createTabFetch(options: TabFetchOptions): TabFetch {
  const { payer, tokens = [NATIVE_TOKEN], rules = {}, records = memoryRecords() } = options
  const timers = new OwnTimers(options.timers ?? systemTimers)
  const { idle = DEFAULT_IDLE, now = Date.now, onError = () => {} } = options
  const tabs = new Tabs({ payer, records, timers, now, idle, onError })
  const budget: Budget = new Budget(rules, now, () => tabs.journal.put(SPENT, { entries: budget.toJson() }))
  const buying: Buying = {
    payer,
    fetch: options.fetch ?? globalThis.fetch,
    timers,
    now,
    tokens,
    rules,
    budget,
    offers: new Offers(),
    tabs,
    named: new NamedCalls(timers),
    stallTimeout: options.stallTimeout ?? 60_000,
    onError,
  }
  const ready = restore(records, tabs, budget)
  ready.catch(() => undefined)
  let isStopped = false
  return {
    async fetch(input, init = {}) {
      await ready
      if (isStopped) throw new TabError('BUYER_STOPPED')
      return follow(buying, await read(input, init))
    },
    async pay(wanted) {
      await ready
      if (isStopped) throw new TabError('BUYER_STOPPED')
      return payApart(buying, wanted)
    },
    async reserve(wanted) {
      await ready
      return budget.reserve(wanted)
    },
    async closeTabs() {
      buying.named.clear()
      await tabs.closeAll()
    },
    async stop() {
      isStopped = true
      await ready.catch(() => undefined)
      buying.named.clear()
      await tabs.stop()
      timers.stop()
    },
  }
}

/** Timers that end with their owner. */
class OwnTimers implements Timers {
  readonly #timers: Timers
  readonly #set = new Set<() => void>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  after(milliseconds: number, callback: () => void, isIdle?: boolean): () => void {
    const run = () => {
      this.#set.delete(cancel)
      callback()
    }
    const stop = this.#timers.after(milliseconds, run, isIdle)
    const cancel = () => {
      this.#set.delete(cancel)
      stop()
    }
    this.#set.add(cancel)
    return cancel
  }

  stop(): void {
    for (const cancel of this.#set) cancel()
  }
}

async function restore(records: TabRecords, tabs: Tabs, budget: Budget): Promise<void> {
  for (const { key, value } of await records.load()) {
    tabs.restore(key, value)
    if (key === SPENT) budget.restore(asArray(asObject(value, SPENT).entries, SPENT, 65_536).map(readSpent))
  }
}

function readSpent(value: unknown) {
  const fields = asObject(value, SPENT)
  return {
    minute: asInteger(fields.minute, 'minute', Number.MAX_SAFE_INTEGER),
    payee: asAddress(fields.payee, 'payee'),
    token: asAddress(fields.token, 'token'),
    amount: asAmount(fields.amount, 'amount'),
  }
}

async function read(input: string | URL | Request, init: TabFetchInit): Promise<Asked> {
  const { maxAmount, id, onReceipt, fetch, ...rest } = init
  const request = new Request(input, rest)
  const named = id ?? request.headers.get('Idempotency-Key') ?? undefined
  if (named !== undefined && !(named.length <= MAX_ID && /^[\x21-\x7e]+$/.test(named))) {
    throw new HttpError('FIELD_INVALID', { field: 'id', expected: `1 to ${MAX_ID} printable ASCII characters` })
  }
  const extras = {
    ...(maxAmount !== undefined && { maxAmount }),
    ...(named !== undefined && { id: named }),
    ...(fetch !== undefined && { fetch }),
    ...(onReceipt !== undefined && { onReceipt }),
  }
  const body = new Uint8Array(await request.arrayBuffer())
  return {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers,
    body,
    signal: request.signal,
    extras,
  }
}

/** Follows redirects. What was paid for is the answer of an address that was asked; each is judged by its own offer. */
async function follow(buying: Buying, asked: Asked): Promise<Response> {
  let next = asked
  for (let redirects = 0; ; redirects++) {
    const response = await once(buying, next)
    const location = redirectOf(response)
    if (location === undefined) return response
    await response.body?.cancel().catch(() => undefined)
    if (redirects === MAX_REDIRECTS) throw new HttpError('RESPONSE_REDIRECT')
    next = redirected(next, response.status, location)
  }
}

/** Where an answer sends to. @throws HttpError `RESPONSE_REDIRECT` where this surroundings do not show it. */
function redirectOf(response: Response): string | undefined {
  if (response.type === 'opaqueredirect') throw new HttpError('RESPONSE_REDIRECT')
  const isRedirect = [301, 302, 303, 307, 308].includes(response.status)
  return isRedirect ? (response.headers.get('Location') ?? undefined) : undefined
}

function redirected(asked: Asked, status: number, location: string): Asked {
  const url = new URL(location, asked.url)
  const headers = new Headers(asked.headers)
  if (!/^https?:$/.test(url.protocol) || (asked.url.protocol === 'https:' && url.protocol === 'http:')) {
    throw new HttpError('RESPONSE_REDIRECT')
  }
  // As fetch has it: what is for one origin is not told to another.
  if (url.origin !== asked.url.origin) for (const name of ['Authorization', 'Cookie']) headers.delete(name)
  const isGet = status === 303 || (status < 303 && asked.method === 'POST')
  if (!isGet) return { ...asked, url, headers }
  for (const name of ['Content-Type', 'Content-Length']) headers.delete(name)
  return { ...asked, url, headers, method: asked.method === 'HEAD' ? 'HEAD' : 'GET', body: new Uint8Array(0) }
}

async function once(buying: Buying, asked: Asked): Promise<Response> {
  const { offers, payer, tokens } = buying
  const { method, url } = asked
  const known = knownOffer(buying, asked)
  if (known !== undefined) return buy(buying, asked, known)
  const response = await send(buying, asked)
  const offered = tabOffersIn(response)
  if (offered.length === 0) return response
  const offer = chooseTabOffer(offered, payer, tokens)
  await response.body?.cancel().catch(() => undefined)
  offers.put(method, url, offer)
  return buy(buying, asked, offer)
}

/** What the server is known to ask for this, or for something else of its origin: that has to suit, and another kind of server wants its own. */
function knownOffer({ offers, rules }: Buying, { method, url, extras }: Asked): TabOffer | undefined {
  const known = offers.get(method, url)
  if (known === undefined || offers.isExact(method, url)) return known
  return known.isApart || callCharge(known.price) > mostFor(rules, extras.maxAmount) ? undefined : known
}

function buy(buying: Buying, asked: Asked, offer: TabOffer): Promise<Response> {
  return offer.isApart ? buyApart(buying, asked, offer) : new Purchase(buying, asked, offer).run()
}
