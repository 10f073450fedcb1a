import type { FetchHandler } from '../tab/seller/seller.ts'

export interface CorsOptions {
  /** Origins of pages that may ask. Default: any, without cookies. */
  readonly origins?: readonly string[]
  /** Seconds for which a browser keeps what it was told. Default two hours, the most that browsers take. */
  readonly maxAge?: number
}

/** Headers by which payment is asked for and told, in the names of Sluice, x402 and older x402. */
const EXPOSED = ['PAYMENT-REQUIRED', 'PAYMENT-RESPONSE', 'PAYMENT-CONTENT-TYPE', 'X-PAYMENT-RESPONSE', 'Retry-After']
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/
const MAX_NAMES = 32
const TWO_HOURS = 7_200

/** Whether a request asks whether another may be made. */
export function isPreflight({ method, headers }: Pick<Request, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers.has('Origin') && headers.has('Access-Control-Request-Method')
}

/** The names in a header's list that are names. x402's clients send the name of an answer's header among them. */
function namesIn(header: string | null): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name))
    .slice(0, MAX_NAMES)
}

function allowedOrigin(origin: string, origins: readonly string[] | undefined): string | undefined {
  if (origins === undefined) return '*'
  return origins.includes(origin) ? origin : undefined
}

/** The answer to a preflight. */
export function answerPreflight({ headers }: Pick<Request, 'headers'>, options: CorsOptions = {}): Response {
  const allowed = allowedOrigin(headers.get('Origin') ?? '', options.origins)
  const answer = new Headers({ Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' })
  const [method] = namesIn(headers.get('Access-Control-Request-Method'))
  if (allowed !== undefined && method !== undefined) {
    answer.set('Access-Control-Allow-Origin', allowed)
    answer.set('Access-Control-Allow-Methods', method)
    const names = namesIn(headers.get('Access-Control-Request-Headers'))
    if (names.length > 0) answer.set('Access-Control-Allow-Headers', names.join(', '))
    answer.set('Access-Control-Max-Age', String(options.maxAge ?? TWO_HOURS))
  }
  return new Response(null, { status: 204, headers: answer })
}

/** Lets a page of another origin read an answer, with what it says of the payment. What the handler itself says of origins stays. */
export function exposePayment(
  request: Pick<Request, 'headers'>,
  response: Response,
  options: CorsOptions = {},
): Response {
  const origin = request.headers.get('Origin')
  if (origin === null) return response
  const { headers } = response
  if (!headers.has('Access-Control-Allow-Origin')) {
    const allowed = allowedOrigin(origin, options.origins)
    if (allowed === undefined) return response
    headers.set('Access-Control-Allow-Origin', allowed)
    if (allowed !== '*') headers.append('Vary', 'Origin')
  }
  const before = headers.get('Access-Control-Expose-Headers')
  headers.set('Access-Control-Expose-Headers', [...(before === null ? [] : [before]), ...EXPOSED].join(', '))
  return response
}

/**
 * Lets pages of other origins buy: answers their preflights, and shows them the headers by which payment is asked for and told.
 *
 * @example `const api = withCors(seller.paid(handler, pricing), { origins: ['https://shop.example'] })`
 */
export function withCors(handler: FetchHandler, options: CorsOptions = {}): FetchHandler {
  return async (request) =>
    isPreflight(request) ? answerPreflight(request, options) : exposePayment(request, await handler(request), options)
}
