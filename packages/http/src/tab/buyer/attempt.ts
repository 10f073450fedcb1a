import { HttpError } from '../../errors.ts'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { PAYMENT_SIGNATURE } from '../../headers/payment-signature.ts'
import { unlessAborted, within } from '../../timers.ts'
import type { PayerCall, PayerTab } from '../payer/payer-tab.ts'
import { decodeTabAnswer, standingLines, type TabAnswer, type TabStanding } from '../wire/answer.ts'
import { isSameMac } from '../wire/mac.ts'
import type { TabOffer } from '../wire/offer.ts'
import { encodeTabRequest, type RequestKind, requestLines } from '../wire/request.ts'
import type { Asked, Buying } from './context.ts'
import { tabRequestOf } from './tab-request.ts'

/** What came back: an answer of the seller's own, or one that does not say where the tab stands. */
export interface Attempt {
  readonly response: Response
  /** Sealed by the seller. */
  readonly standing?: TabStanding
  /** Why the seller refuses. Not sealed where the seller does not know the tab. */
  readonly refusal?: string
  readonly isFramed: boolean
}

const NO_BODY = new Uint8Array(0)

/** Sends a request, and ends it where no answer comes. @throws HttpError `PROVIDER_STALLED`; what fetch throws. */
export async function send(buying: Buying, asked: Asked, payment?: string, body = asked.body): Promise<Response> {
  const headers = new Headers(asked.headers)
  if (payment !== undefined) headers.set(PAYMENT_SIGNATURE, payment)
  // Bytes are counted as the seller makes them.
  if (!headers.has('Accept-Encoding')) headers.set('Accept-Encoding', 'identity')
  const { method, url, signal, extras } = asked
  const { stallTimeout, timers } = buying
  const fetch = extras.fetch ?? buying.fetch
  const late = () => new HttpError('PROVIDER_STALLED', { milliseconds: stallTimeout, offset: 0 })
  const control = new AbortController()
  // The answer's body goes on when the time-out for its head is over.
  signal.addEventListener('abort', () => control.abort(signal.reason), { once: true })
  if (signal.aborted) control.abort(signal.reason)
  return within(timers, stallTimeout, late, [], async (limit) => {
    const stop = () => control.abort(limit.reason)
    limit.addEventListener('abort', stop, { once: true })
    try {
      const init = { method, headers, redirect: 'manual', cache: 'no-store', signal: control.signal } as const
      // A fetch need not look at its signal.
      return await unlessAborted(fetch(url.href, { ...init, ...(body.length > 0 && { body }) }), control.signal)
    } finally {
      limit.removeEventListener('abort', stop)
    }
  })
}

/** What is sent with a request on a tab. */
export function paymentFor(
  buying: Buying,
  { method, url, body }: Pick<Asked, 'method' | 'url' | 'body'>,
  offer: TabOffer,
  tab: PayerTab,
  call: PayerCall,
  kind: RequestKind,
): string {
  const request = tabRequestOf(buying, offer, tab, call, kind, !tab.isKnown)
  const sealed = { method, target: url.pathname + url.search, digest: tab.key.digest(body) }
  return encodeTabRequest(request, tab.key.mac(requestLines(sealed, request)))
}

/** Sends a request on a tab. @throws as {@link send}. */
export async function attempt(
  buying: Buying,
  asked: Asked,
  offer: TabOffer,
  tab: PayerTab,
  call: PayerCall,
): Promise<Attempt> {
  const payment = paymentFor(buying, asked, offer, tab, call, 'call')
  // What is paid for by a tab that its payee never sees is not waited for.
  const signal = tab.isKnown ? asked.signal : AbortSignal.any([asked.signal, tab.gone.signal])
  return read(tab, call, await send(buying, { ...asked, signal }, payment))
}

/** Asks what became of a request, and runs nothing. @throws as {@link send}. */
export async function askOutcome(
  buying: Buying,
  asked: Asked,
  offer: TabOffer,
  tab: PayerTab,
  call: PayerCall,
): Promise<TabStanding | undefined> {
  // Not with the signal of a request that was given up.
  const asking = { ...asked, body: NO_BODY, signal: new AbortController().signal }
  const response = await send(buying, asking, paymentFor(buying, asking, offer, tab, call, 'ask'), NO_BODY)
  const { standing } = read(tab, call, response)
  await response.body?.cancel().catch(() => undefined)
  return standing
}

/** Reads what an answer says of the tab. What is not sealed by the seller, or not for this request, says nothing. */
function read(tab: PayerTab, call: PayerCall, response: Response): Attempt {
  const answer = parse(response)
  const plain = { response, isFramed: false }
  if (answer === undefined) return plain
  const { standing, mac, isFramed, errorReason } = answer
  const refusal = errorReason === undefined ? {} : { refusal: errorReason }
  if (standing === undefined || mac === undefined) return { ...plain, ...refusal }
  if (!isSealedFor(tab, call, answer)) return plain
  tab.isKnown = true
  tab.epoch = standing.epoch
  return { response, standing, isFramed, ...refusal }
}

/** Whether an answer is of this request, and sealed by the tab's payee. */
export function isSealedFor(
  tab: PayerTab,
  call: PayerCall,
  { standing, mac, isFramed, errorReason }: TabAnswer,
): boolean {
  if (standing === undefined || mac === undefined) return false
  const isOurs = standing.virtualId === tab.facts.virtualId && standing.id === call.id
  return isOurs && isSameMac(tab.key.mac(standingLines(standing, isFramed, errorReason)), mac)
}

function parse(response: Response): TabAnswer | undefined {
  const header = response.headers.get(PAYMENT_RESPONSE)
  if (header === null) return undefined
  try {
    return decodeTabAnswer(header)
  } catch {
    return undefined
  }
}
