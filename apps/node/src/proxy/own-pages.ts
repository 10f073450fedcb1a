import {
  DISCOVERY_PATH,
  type DiscoveryOptions,
  describeApi,
  describeSeller,
  exposePayment,
  OPENAPI_PATH,
} from '@sluice/http/sell'
import { HEALTH_PATH } from './health.ts'
import type { PriceTable } from './price-table.ts'

export interface OwnPagesOptions extends Omit<DiscoveryOptions, 'routes' | 'url'> {
  readonly health: () => Promise<Response>
  /** Where clients reach the proxy. Default: as each request says. */
  readonly url: string | undefined
}

/** What a proxy answers by itself: what is sold at which prices, the same as OpenAPI, and whether it is well. Pages of all origins may read it. */
export function ownPages({ health, url, ...rest }: OwnPagesOptions) {
  const pages: Readonly<Record<string, (options: DiscoveryOptions) => object>> = {
    [DISCOVERY_PATH]: describeSeller,
    [OPENAPI_PATH]: describeApi,
  }
  return (request: Request, { routes }: PriceTable): Response | Promise<Response> | undefined => {
    const { pathname, origin } = new URL(request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    if (pathname === HEALTH_PATH) return health()
    const describe = pages[pathname]
    if (describe === undefined) return undefined
    const headers = { 'Cache-Control': 'public, max-age=60' }
    return exposePayment(request, Response.json(describe({ ...rest, url: url ?? origin, routes }), { headers }))
  }
}
