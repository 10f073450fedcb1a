import type { PricePartOptions, RoutePrice, RouteRule } from '../tab/payee/route.ts'
import type { TabPayee } from '../tab/seller/state.ts'

/** A row of a table of prices, and what is sold there in words. */
export interface DescribedRoute extends RouteRule {
  readonly description?: string
  /** Of the answers. */
  readonly mimeType?: string
}

export interface DiscoveryOptions {
  readonly payee: Pick<TabPayee, 'network' | 'contract' | 'account' | 'signer' | 'hubs' | 'url'>
  readonly asset: DescribedAsset
  /** What a tab may owe, base units. */
  readonly window: bigint
  readonly routes: readonly DescribedRoute[]
  /** Where clients reach the seller. */
  readonly url: string
  /** Default: the host of `url`. */
  readonly title?: string
}

type DescribedAsset = Parameters<TabPayee['hubs']>[0]

/** Where a seller's document is looked for. */
export const DISCOVERY_PATH = '/.well-known/sluice'
/** Where it is described as an API. */
export const OPENAPI_PATH = '/.well-known/sluice/openapi.json'

interface PricedRoute extends DescribedRoute {
  readonly cost: RoutePrice
}

const isPriced = (route: DescribedRoute): route is PricedRoute => route.cost !== 'free'

const partToJson = ({ unit, amount, per = 1n }: PricePartOptions) => ({
  unit,
  amount: String(amount),
  ...(per === 1n ? {} : { per: String(per) }),
})

const callOf = ({ price }: RoutePrice): bigint => price.find(({ unit }) => unit === 'call')?.amount ?? 0n

const isFixed = ({ price }: RoutePrice): boolean => price.every(({ unit, amount }) => unit === 'call' || amount === 0n)

/** An address below where clients reach the seller. */
function below(url: string, path: string): string {
  return url.replace(/\/$/, '') + path
}

/** What a seller sells, at which prices and over which hubs: the document at `/.well-known/sluice`. Amounts are decimal strings in base units. */
export function describeSeller({ payee, asset, window, routes, url }: DiscoveryOptions): object {
  return {
    sluice: 1,
    x402Version: 2,
    scheme: 'sluice',
    url,
    network: payee.network,
    contract: payee.contract,
    asset,
    payTo: payee.account,
    signer: payee.signer,
    hubs: payee.hubs(asset),
    ...(payee.url === undefined ? {} : { peerUrl: payee.url }),
    window: String(window),
    openapi: below(url, OPENAPI_PATH),
    routes: routes.map(({ cost, ...route }) =>
      cost === 'free'
        ? { ...route, price: 'free' }
        : {
            ...route,
            price: cost.price.map(partToJson),
            payment: cost.payment ?? 'credit',
            charges: cost.charges ?? [2],
          },
    ),
  }
}

/** A path's pattern as OpenAPI writes it, with a name for each star. */
function templateOf(pattern: string): { readonly path: string; readonly names: readonly string[] } {
  const names: string[] = []
  const path = pattern.replaceAll('*', () => {
    names.push(`part${names.length + 1}`)
    return `{${names.at(-1)}}`
  })
  return { path, names }
}

/**
 * What is sold as an OpenAPI document: each operation with its price, in `x-payment-info` as those who pay by HTTP 402 look for it, and as an
 * x402 offer's main fields.
 */
export function describeApi(options: DiscoveryOptions): object {
  const { payee, asset, routes, url } = options
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes.filter(isPriced)) {
    const { path, names } = templateOf(route.path ?? '/*')
    paths[path] ??= {}
    const operations = paths[path]
    for (const method of route.method === undefined ? ['get', 'post'] : [route.method.toLowerCase()]) {
      operations[method] ??= operationOf(options, route, names)
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: options.title ?? new URL(url).host,
      version: '1',
      description: 'Paid for by HTTP 402, x402 scheme sluice.',
    },
    servers: [{ url }],
    'x-discovery': { sluice: below(url, DISCOVERY_PATH), network: payee.network, asset, payTo: payee.account },
    paths,
  }
}

function operationOf(
  { payee, asset }: DiscoveryOptions,
  { cost, description, mimeType, type }: PricedRoute,
  names: readonly string[],
): object {
  const accepts = {
    scheme: 'sluice',
    network: payee.network,
    asset,
    amount: String(callOf(cost)),
    payTo: payee.account,
    extra: {
      tab: { price: cost.price.map(partToJson), payment: cost.payment ?? 'credit', charges: cost.charges ?? [2] },
    },
  }
  return {
    ...(description === undefined ? {} : { summary: description }),
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(type === undefined ? {} : { requestBody: { content: { [type]: {} } } }),
    responses: {
      200: { description: description ?? 'What is paid for.', ...(mimeType && { content: { [mimeType]: {} } }) },
      402: { description: 'Payment is asked for: the header PAYMENT-REQUIRED says what.' },
    },
    'x-payment-info': {
      intent: 'session',
      method: 'sluice',
      protocols: ['x402'],
      pricingMode: isFixed(cost) ? 'fixed' : 'metered',
      amount: String(callOf(cost)),
      currency: asset,
      accepts: [accepts],
    },
  }
}
