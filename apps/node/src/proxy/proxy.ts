import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TrustedProxies } from '@sluice/adapters/net'
import { type NodeHandlerOptions, toNodeListener } from '@sluice/http/node'
import {
  answerPreflight,
  type CorsOptions,
  exposePayment,
  isPreflight,
  type PaidHandler,
  type RoutePrice,
  type Seller,
} from '@sluice/http/sell'
import { NodeError } from '../errors.ts'
import { markForwarded } from './forwarded.ts'
import type { PriceTable, TableRoute } from './price-table.ts'
import { refuseUpgrade, tunnel } from './tunnel.ts'
import type { Upstream } from './upstream.ts'

export interface ProxyOptions extends NodeHandlerOptions {
  readonly seller: Pick<Seller, 'paid'>
  readonly upstream: Upstream
  readonly table: PriceTable
  readonly proxies: TrustedProxies
  /** Where clients reach the proxy. */
  readonly url: URL | undefined
  /** Undefined where the server behind answers pages of other origins by itself. */
  readonly cors: CorsOptions | undefined
  /** Answers what is the proxy's own, such as whether it is well; undefined for every other request. */
  readonly own?: (request: Request, table: PriceTable) => Response | Promise<Response> | undefined
}

/** A proxy that asks payment for what the server behind it answers. */
export interface Proxy {
  readonly listener: RequestListener
  /** For connections that go over to another protocol. */
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Takes another table for requests that come; those under way go on by the one that they began with. */
  use(table: PriceTable): void
}

/** Methods that no web-standard request can have. */
const REFUSED = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** Makes a proxy. */
export function createProxy(options: ProxyOptions): Proxy {
  const { seller, upstream, proxies, url, cors } = options
  let { table } = options

  const forward: PaidHandler = async (request) => {
    try {
      return await upstream.forward(request, isCounted(table.find(request)))
    } catch (thrown) {
      if (request.signal.aborted || !(thrown instanceof NodeError)) throw thrown
      options.onError?.(thrown)
      return errorAnswer(thrown.code === 'UPSTREAM_SILENT' ? 504 : 502, thrown)
    }
  }
  const paid = seller.paid(forward, (request) => priceOf(table.find(request)))

  async function answer(request: Request): Promise<Response> {
    const own = options.own?.(request, table)
    if (own !== undefined) return own
    const isPage = cors !== undefined
    if (isPage && isPreflight(request) && isPriced(table, asked(request))) return answerPreflight(request, cors)
    const route = table.find(request)
    if (route === undefined && table.otherwise === 'refuse') {
      return errorAnswer(404, new NodeError('ROUTE_UNPRICED', { target: new URL(request.url).pathname.slice(0, 200) }))
    }
    const response = await paid(request)
    return isPage && priceOf(route) !== undefined ? exposePayment(request, response, cors) : response
  }

  const listen = toNodeListener(answer, options)
  return {
    listener(incoming, outgoing) {
      markForwarded(incoming, proxies, url)
      const { method = '' } = incoming
      if (!REFUSED.has(method)) return listen(incoming, outgoing)
      const error = new NodeError('METHOD_REFUSED', { method })
      toNodeListener(async () => errorAnswer(405, error))(Object.assign(incoming, { method: 'GET' }), outgoing)
    },
    upgrade(incoming, socket, head) {
      markForwarded(incoming, proxies, url)
      const { method = 'GET', url: target = '/', headers } = incoming
      const place = URL.canParse(target, 'http://proxy') ? new URL(target, 'http://proxy') : undefined
      if (place === undefined || !target.startsWith('/')) return refuseUpgrade(socket, 400, undefined)
      const asking = {
        method,
        url: place.href,
        headers: new Headers({ 'Content-Type': headers['content-type'] ?? '' }),
      }
      const route = table.find(asking)
      if (priceOf(route) !== undefined) return refuseUpgrade(socket, 402, new NodeError('UPGRADE_PRICED'))
      if (route === undefined && table.otherwise === 'refuse') {
        return refuseUpgrade(socket, 404, new NodeError('ROUTE_UNPRICED', { target: place.pathname.slice(0, 200) }))
      }
      incoming.url = place.pathname + place.search
      tunnel(upstream, incoming, socket, head)
    },
    use(next) {
      table = next
    },
  }
}

/** What a preflight asks for. */
function asked(request: Request): Pick<Request, 'method' | 'url' | 'headers'> {
  const method = request.headers.get('Access-Control-Request-Method') ?? ''
  return { method, url: request.url, headers: new Headers() }
}

/** Whether something is asked for what a page wants to do there, of whatever type its body is. */
function isPriced({ routes, find }: PriceTable, request: Pick<Request, 'method' | 'url' | 'headers'>): boolean {
  const types = ['', ...new Set(routes.flatMap(({ type }) => type ?? []))]
  return types.some(
    (type) => priceOf(find({ ...request, headers: new Headers({ 'Content-Type': type }) })) !== undefined,
  )
}

function priceOf(route: TableRoute | undefined): RoutePrice | undefined {
  return route === undefined || route.cost === 'free' ? undefined : route.cost
}

/** Whether a body is charged for, so that it has to come as it is. */
function isCounted(route: TableRoute | undefined): boolean {
  return priceOf(route)?.price.some(({ unit, amount }) => unit !== 'call' && amount > 0n) === true
}

function errorAnswer(status: number, { code, message, action }: NodeError): Response {
  return Response.json({ code, message, action }, { status, headers: { 'Cache-Control': 'no-store' } })
}
