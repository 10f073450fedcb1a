import { unwatchFile, watchFile } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { limitConnections, TrustedProxies } from '@sluice/adapters/net'
import { createPayee } from '@sluice/client'
import { openFileRecords } from '@sluice/http/node'
import { type CorsOptions, createSeller, type PaidHandler, type Seller } from '@sluice/http/sell'
import { type Address, SluiceError } from '@sluice/protocol'
import type { ListenAddress } from '../cli/parse.ts'
import { httpLimits } from '../config/descriptors.ts'
import { readHub } from '../daemon/ask-greeting.ts'
import { listenHttp } from '../daemon/http-listener.ts'
import type { OpenNode } from '../daemon/open-node.ts'
import type { Stopper } from '../daemon/stopper.ts'
import { createHealth } from './health.ts'
import { ownPages } from './own-pages.ts'
import { type PriceTable, readPriceTable, windowFor } from './price-table.ts'
import { createProxy } from './proxy.ts'
import { Upstream } from './upstream.ts'

export interface ServeProxyOptions {
  readonly data: string
  /** The server behind. */
  readonly upstream: string
  /** File of the table of prices. */
  readonly prices: string
  readonly token: Address
  /** Base units of an amount of the token. */
  readonly amount: (text: string) => bigint
  /** What a tab may owe, base units. */
  readonly window: bigint | undefined
  readonly httpListen: ListenAddress
  readonly httpUrl: string | undefined
  /** Addresses of hubs that offers name. */
  readonly hubs: readonly string[]
  readonly trustedProxy: readonly string[] | undefined
  readonly cors: CorsOptions | undefined
  readonly keepHost: boolean
  readonly maxBody: number
  /** Seconds. */
  readonly paymentTimeout: number
  readonly upstreamTimeout: number
  readonly upstreamSilence: number
  readonly healthPath: string
}

/** Beside the time for a payment, how long a client may read nothing, seconds. */
const SILENT = 30
/** How long a request may take until it is whole, milliseconds: large bodies come slowly. */
const UPLOAD = 600_000
/** How long answers may go on when the proxy stops, milliseconds. */
const DRAIN = 10_000
/** How often it is looked whether the table has changed, milliseconds. */
const LOOK = 500

const nothing: PaidHandler = () => new Response(null)

/** Sells what the server behind it answers. */
export async function serveProxy(node: OpenNode, stopper: Stopper, options: ServeProxyOptions) {
  const { data, token, amount, prices } = options
  const proxies = new TrustedProxies(options.trustedProxy)
  const first = readPriceTable(prices, { amount })
  const window = options.window ?? windowFor(first)
  const records = await openFileRecords(join(data, 'tabs.jsonl'))
  stopper.add(() => records.close())
  const { peerUrl } = node.info()
  const hubs = await meetHubs(node, options.hubs)
  const isTold = (problem: unknown) => problem instanceof SluiceError && problem.code.startsWith('UPSTREAM_')
  const onError = (problem: unknown) => node.log[isTold(problem) ? 'warn' : 'error']('http.failed', { problem })
  const payee = createPayee({
    engine: node.engine,
    domain: node.domain,
    hubUrl: (hub) => hubs.get(hub),
    ...(peerUrl === undefined ? {} : { url: peerUrl }),
  })
  const seller = createSeller({
    payee,
    asset: token,
    window,
    records,
    timeout: options.paymentTimeout * 1000,
    maxBody: options.maxBody,
    ...(options.httpUrl === undefined ? {} : { url: options.httpUrl }),
    onError,
  })
  stopper.add(() => seller.flushed())
  const upstream = new Upstream({
    url: new URL(options.upstream),
    headMs: options.upstreamTimeout * 1000,
    silentMs: options.upstreamSilence * 1000,
    keepsHost: options.keepHost,
  })
  stopper.add(() => upstream.close())
  const health = createHealth({
    upstream,
    probePath: options.healthPath,
    chain: () => node.engine.chain().status,
    now: () => performance.now(),
  })
  const read = (): PriceTable => readPriceTable(prices, { amount, check: checkBy(seller) })
  const proxy = createProxy({
    seller,
    upstream,
    table: read(),
    proxies,
    url: options.httpUrl === undefined ? undefined : new URL(options.httpUrl),
    cors: options.cors,
    own: ownPages({ health, payee, asset: token, window, url: options.httpUrl }),
    onError,
  })
  const silentMs = (Math.max(options.upstreamSilence, options.paymentTimeout) + SILENT) * 1000
  const server = createServer()
  const limits = { ...httpLimits('content', silentMs), requestMs: UPLOAD }
  server.on('request', limitConnections(server, limits, proxies).guard(proxy.listener))
  server.on('upgrade', proxy.upgrade)
  const listening = await listenHttp(server, options.httpListen, 'paid content', stopper, DRAIN)
  stopper.add(reloading(node, prices, () => proxy.use(read())))
  node.log.info('prices.read', { path: prices, routes: first.routes.length, window })
  return { httpUrl: options.httpUrl ?? listening }
}

/** Reads who the hubs are, and connects to them so that they can open channels. Answers their addresses by their signers. */
async function meetHubs(node: OpenNode, addresses: readonly string[]): Promise<ReadonlyMap<Address, string>> {
  const found = await Promise.all(addresses.map((address) => readHub(address, node.info())))
  for (const { signer, url } of found) await node.handlers['peer.connect']({ peer: signer, url })
  return new Map(found.map(({ signer, url }) => [signer, url]))
}

/** Whether a seller takes a route's price. */
function checkBy(seller: Seller) {
  return ({ cost }: PriceTable['routes'][number]): void => {
    if (cost !== 'free') seller.paid(nothing, cost)
  }
}

/** Reads the table again when it changes, and on SIGHUP. One that is wrong changes nothing. Answers how to stop. */
function reloading({ log }: OpenNode, path: string, reload: () => void): () => void {
  const again = () => {
    try {
      reload()
      log.info('prices.read', { path })
    } catch (problem) {
      log.error('prices.refused', { path, problem })
    }
  }
  const changed = (now: { mtimeMs: number; ino: number; size: number }, before: typeof now) => {
    const isSame = now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size
    // A file that is being replaced is not there for a moment.
    if (!isSame && now.mtimeMs !== 0) again()
  }
  watchFile(path, { interval: LOOK, persistent: false }, changed)
  process.on('SIGHUP', again)
  return () => {
    unwatchFile(path, changed)
    process.off('SIGHUP', again)
  }
}
