import { TabError } from '../errors.ts'
import type { ChargingClasses, TabPayment } from '../wire/offer.ts'
import {
  BYTE,
  CALL,
  dearestUnit,
  isUnit,
  MAX_PARTS,
  type PricePart,
  priceToJson,
  SECOND,
  type TabPrice,
} from '../wire/price.ts'
import { isPathPattern, pathPattern } from './path-pattern.ts'

/** A part of a price as a seller writes it: `per` is 1 where it is left out. */
export interface PricePartOptions {
  /** `call`, `byte`, `second`, or a name that the handler counts by. */
  readonly unit: string
  /** Base units for every `per`. */
  readonly amount: bigint
  readonly per?: bigint
}

/** What requests of one kind cost. */
export interface RoutePrice {
  readonly price: readonly PricePartOptions[]
  /** Whether a request is paid for once it is answered, within the window, or before it is begun. Default `credit`. */
  readonly payment?: TabPayment
  /** Classes of status that charge, by their first digit. Default 2 alone. */
  readonly charges?: ChargingClasses
}

/** A row of a table of prices: the first that fits a request says what it costs. */
export interface RouteRule {
  /** Default: any. `GET` stands for `HEAD` too. */
  readonly method?: string
  /**
   * The path, in any case and spelling: `*` stands for anything within a segment, and at the end for anything more. Default: any.
   */
  readonly path?: string
  /** The media type of the request's body, without parameters. Default: any. */
  readonly type?: string
  readonly cost: RoutePrice | 'free'
}

/** What a request costs: one price, a table, or a function that answers undefined for what is free. */
export type Pricing = RoutePrice | readonly RouteRule[] | ((request: Request) => RoutePrice | undefined)

/** A price that was checked. */
export interface Route {
  readonly price: TabPrice
  readonly payment: TabPayment
  readonly charges: ChargingClasses
}

/** Most characters of a price: every offer holds it, and has to get through a proxy with its usual buffers. */
const MAX_PRICE_TEXT = 640

const problem = (reason: string): TabError => new TabError('PRICE_INVALID', { reason })

function checkPart({ unit, amount, per = 1n }: PricePartOptions): PricePart {
  if (!isUnit(unit)) throw problem(`"${unit}" names no unit`)
  if (amount < 0n || amount >= 1n << 128n) throw problem(`${amount} for ${unit} is no amount`)
  if (per < 1n || per >= 1n << 128n) throw problem(`per ${per} ${unit} is less than 1`)
  return { unit, amount, per }
}

/** @throws TabError `PRICE_INVALID`. */
export function checkRoute({ price, payment = 'credit', charges = [2] }: RoutePrice, window: bigint): Route {
  if (price.length > MAX_PARTS) throw problem(`it has ${price.length} parts, more than ${MAX_PARTS}`)
  const parts = price.map(checkPart)
  if (new Set(parts.map(({ unit }) => unit)).size < parts.length) throw problem('a unit stands in it twice')
  const { length } = JSON.stringify(priceToJson(parts))
  if (length > MAX_PRICE_TEXT) throw problem(`it takes ${length} characters in a header, more than ${MAX_PRICE_TEXT}`)
  if (!charges.every((digit) => Number.isInteger(digit) && digit >= 1 && digit <= 5)) {
    throw problem(`${charges.join(', ')} are no classes of status`)
  }
  // What is paid before it is begun needs no window.
  const needed = dearestUnit(payment === 'credit' ? parts : parts.filter(({ unit }) => unit !== CALL))
  if (needed > window) throw problem(`one unit costs ${needed}, more than the window of ${window}`)
  return { price: parts, payment, charges }
}

/** What of a request a table of prices looks at. */
export type RouteRequest = Pick<Request, 'method' | 'url' | 'headers'>

/**
 * Tells which requests a row of a table is for.
 *
 * @throws TabError `PRICE_INVALID` for a path that is none.
 */
export function ruleMatcher({ method, path, type }: Omit<RouteRule, 'cost'>): (request: RouteRequest) => boolean {
  if (path !== undefined && !isPathPattern(path)) throw problem(`"${path}" is no path with one * a segment at most`)
  const isPath = path === undefined ? undefined : pathPattern(path)
  const wanted = method?.toUpperCase()
  return (request) => {
    // Servers answer HEAD by what they do for GET.
    const asked = request.method === 'HEAD' && wanted === 'GET' ? 'GET' : request.method
    if (wanted !== undefined && wanted !== asked) return false
    if (isPath !== undefined && !isPath(new URL(request.url).pathname)) return false
    const [own = ''] = (request.headers.get('Content-Type') ?? '').split(';')
    return type === undefined || own.trim().toLowerCase() === type.toLowerCase()
  }
}

/**
 * What a request costs by a seller's pricing; undefined for what is free, which is also what no row of a table fits.
 *
 * @throws TabError `PRICE_INVALID`, for prices that stand fast as soon as this is called.
 */
export function routing(pricing: Pricing, window: bigint): (request: Request) => Route | undefined {
  if (typeof pricing === 'function') {
    return (request) => {
      const found = pricing(request)
      return found && checkRoute(found, window)
    }
  }
  if ('price' in pricing) {
    const route = checkRoute(pricing, window)
    return () => route
  }
  const rows = pricing.map((rule) => ({
    fits: ruleMatcher(rule),
    route: rule.cost === 'free' ? undefined : checkRoute(rule.cost, window),
  }))
  return (request) => rows.find(({ fits }) => fits(request))?.route
}

/** Whether the handler may count a unit: it is in the price, and no unit that is counted by itself. */
export function isCountedByHandler(price: TabPrice, unit: string): boolean {
  return unit !== CALL && unit !== BYTE && unit !== SECOND && price.some((part) => part.unit === unit)
}
