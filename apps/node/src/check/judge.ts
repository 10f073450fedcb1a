import { decodePaymentRequired, decodeTabRequired, isLocalUrl } from '@sluice/http'
import { SluiceError } from '@sluice/protocol'
import type { Facts, Seen } from './probe.ts'

/** Whom a finding concerns. */
export type Reader = 'everybody' | 'browsers' | 'x402 clients' | 'Sluice clients' | 'caches'

/** One thing that was looked at. */
export interface Finding {
  readonly reader: Reader
  /** `bad` keeps somebody from buying; `poor` makes it harder than need be. */
  readonly verdict: 'good' | 'poor' | 'bad'
  readonly text: string
}

/** What gets through proxies with their usual buffers, bytes of headers. */
const MOST_HEADERS = 3_072
/** What such a proxy refuses. */
const REFUSED_HEADERS = 4_096

const bytesOf = ({ headers }: Seen): number =>
  [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 20)

/** What is seen of an offer that this client or another one reads. */
interface Offers {
  readonly version: unknown
  readonly accepts: readonly Readonly<Record<string, unknown>>[]
  readonly resource: string | undefined
}

/** What somebody who wants to buy would find. */
export function judgeSeller(facts: Facts): readonly Finding[] {
  const { unpaid } = facts
  if (unpaid.status !== 402) {
    const why =
      unpaid.status >= 300 && unpaid.status < 400 ? `redirects to ${unpaid.headers.get('Location')}` : 'asks no payment'
    return [{ reader: 'everybody', verdict: 'bad', text: `it answers ${unpaid.status} and ${why}` }]
  }
  const header = unpaid.headers.get('PAYMENT-REQUIRED')
  if (header === null) {
    const text = 'it answers 402 without the header PAYMENT-REQUIRED, so nobody can read what it wants'
    return [{ reader: 'everybody', verdict: 'bad', text }]
  }
  const offers = readOffers(header)
  if (typeof offers === 'string') return [{ reader: 'everybody', verdict: 'bad', text: offers }]
  return [
    { reader: 'everybody', verdict: 'good', text: 'it answers 402, and says in PAYMENT-REQUIRED what it wants' },
    sizeOf(facts),
    placeOf(facts, offers),
    ...x402(offers),
    ...sluice(header, offers, facts),
    ...browsers(facts),
    ...caches(facts),
    documentOf(facts),
  ]
}

function readOffers(header: string): Offers | string {
  try {
    const value = JSON.parse(Buffer.from(header, 'base64').toString()) as Record<string, unknown>
    const { accepts, resource } = value
    if (!Array.isArray(accepts)) return 'its PAYMENT-REQUIRED has no list of offers, accepts'
    const isObject = (one: unknown): one is Record<string, unknown> => typeof one === 'object' && one !== null
    const url = isObject(resource) ? resource.url : undefined
    return {
      version: value.x402Version,
      accepts: accepts.filter(isObject),
      resource: typeof url === 'string' ? url : undefined,
    }
  } catch {
    return 'its PAYMENT-REQUIRED is no JSON in base64'
  }
}

function sizeOf({ unpaid }: Facts): Finding {
  const bytes = bytesOf(unpaid)
  const verdict = bytes > REFUSED_HEADERS ? 'bad' : bytes > MOST_HEADERS ? 'poor' : 'good'
  const text = `the headers of its answer have ${bytes} bytes; nginx's usual buffer takes ${REFUSED_HEADERS}, and others add some`
  return { reader: 'everybody', verdict, text }
}

function placeOf({ url }: Facts, { resource }: Offers): Finding {
  if (resource === undefined || !URL.canParse(resource)) {
    return { reader: 'x402 clients', verdict: 'poor', text: 'the offer names no address of what is sold' }
  }
  const isSame = new URL(resource).origin === new URL(url).origin
  const text = isSame
    ? 'the offer names the address that was asked'
    : `the offer names ${resource}: set the address by which clients reach the seller (--http-url)`
  return { reader: 'everybody', verdict: isSame ? 'good' : 'poor', text }
}

function x402({ version, accepts }: Offers): readonly Finding[] {
  const required = ['scheme', 'network', 'amount', 'asset', 'payTo', 'maxTimeoutSeconds']
  const lacking = accepts.flatMap((offer) => required.filter((name) => offer[name] === undefined))
  const isWhole = version === 2 && accepts.length > 0 && lacking.length === 0
  const schemes = [...new Set(accepts.map(({ scheme }) => String(scheme)))].join(', ') || 'none'
  const others = schemes.split(', ').filter((scheme) => scheme !== 'sluice')
  const why =
    version === 2 ? `offers lack ${[...new Set(lacking)].join(', ') || 'everything'}` : `x402Version is ${version}`
  return [
    {
      reader: 'x402 clients',
      verdict: isWhole ? 'good' : 'bad',
      text: isWhole ? `they can read its ${accepts.length} offers, of the schemes ${schemes}` : why,
    },
    ...(others.length > 0
      ? []
      : [{ reader: 'x402 clients', verdict: 'poor', text: 'only those that know the scheme sluice can pay' } as const]),
  ]
}

function sluice(header: string, { accepts }: Offers, { url }: Facts): readonly Finding[] {
  const own = accepts.filter(({ scheme }) => scheme === 'sluice')
  if (own.length === 0) return [{ reader: 'Sluice clients', verdict: 'bad', text: 'no offer is of the scheme sluice' }]
  try {
    decodePaymentRequired(header)
    decodeTabRequired(header)
  } catch (thrown) {
    const text = thrown instanceof SluiceError ? thrown.message : 'an offer can not be read'
    return [{ reader: 'Sluice clients', verdict: 'bad', text }]
  }
  const extras = own.map(({ extra }) =>
    typeof extra === 'object' && extra !== null ? (extra as Record<string, unknown>) : {},
  )
  const hubs = new Set(
    extras.flatMap(({ hubs }) => (Array.isArray(hubs) ? hubs : [])).map((hub: { signer?: unknown }) => hub?.signer),
  )
  const urls = extras.map((extra) => extra.url)
  const isDialable = urls.every((one) => typeof one === 'string')
  const isHidden =
    !isLocalUrl(url) && urls.some((one) => typeof one === 'string' && isLocalUrl(one.replace(/^ws/, 'http')))
  return [
    hubs.size > 0
      ? { reader: 'Sluice clients', verdict: 'good', text: `it is reached over ${hubs.size} hubs` }
      : {
          reader: 'Sluice clients',
          verdict: 'bad',
          text: 'it is reached over no hub: one has to open a channel with it',
        },
    isHidden
      ? {
          reader: 'Sluice clients',
          verdict: 'bad',
          text: `payments should come to ${urls.join(', ')}, where nobody outside gets: set --public-url`,
        }
      : {
          reader: 'Sluice clients',
          verdict: isDialable ? 'good' : 'poor',
          text: isDialable ? 'it says where payments come to' : 'it does not say where payments come to (--public-url)',
        },
  ]
}

function listOf(headers: Headers, name: string): readonly string[] {
  return (headers.get(name) ?? '').split(',').map((one) => one.trim().toLowerCase())
}

function browsers({ preflight, fromPage }: Facts): readonly Finding[] {
  const allowed = listOf(preflight.headers, 'Access-Control-Allow-Headers')
  const missing = ['payment-signature', 'access-control-expose-headers'].filter(
    (name) => !allowed.includes(name) && !allowed.includes('*'),
  )
  const isAllowed =
    preflight.status < 300 && preflight.headers.has('Access-Control-Allow-Origin') && missing.length === 0
  const exposed = listOf(fromPage.headers, 'Access-Control-Expose-Headers')
  const hidden = ['payment-required', 'payment-response'].filter(
    (name) => !exposed.includes(name) && !exposed.includes('*'),
  )
  const isShown = fromPage.headers.has('Access-Control-Allow-Origin') && hidden.length === 0
  return [
    {
      reader: 'browsers',
      verdict: isAllowed ? 'good' : 'poor',
      text: isAllowed
        ? 'pages of other origins may pay: the preflight allows it'
        : `pages of other origins can not pay: the preflight is answered ${preflight.status}${missing.length === 0 ? '' : `, without ${missing.join(', ')}`}`,
    },
    {
      reader: 'browsers',
      verdict: isShown ? 'good' : 'poor',
      text: isShown
        ? 'pages of other origins may read what is asked'
        : `pages of other origins can not read ${hidden.join(', ') || 'the answer'}`,
    },
  ]
}

function caches({ unpaid, head }: Facts): readonly Finding[] {
  const control = listOf(unpaid.headers, 'Cache-Control')
  const isKept = !control.some((one) => one === 'no-store' || one === 'private' || one === 'no-cache')
  const kept: Finding = isKept
    ? {
        reader: 'caches',
        verdict: 'bad',
        text: 'a cache may keep the answer 402 and give it to whoever pays: send Cache-Control: no-store',
      }
    : { reader: 'caches', verdict: 'good', text: 'no cache keeps the answer 402' }
  if (head.status === 402 || head.status === 405) return [kept]
  const text = `HEAD is answered ${head.status} without payment`
  return [kept, { reader: 'everybody', verdict: head.status >= 500 ? 'bad' : 'poor', text }]
}

function documentOf({ document }: Facts): Finding {
  try {
    const { sluice: version, routes } = JSON.parse(document.text) as { sluice?: unknown; routes?: unknown }
    if (document.status === 200 && version === 1 && Array.isArray(routes)) {
      return {
        reader: 'everybody',
        verdict: 'good',
        text: `/.well-known/sluice says what it sells, on ${routes.length} routes`,
      }
    }
  } catch {
    // Then it has none.
  }
  return { reader: 'everybody', verdict: 'poor', text: 'it publishes no /.well-known/sluice' }
}
