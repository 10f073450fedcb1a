import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { limitConnections, TrustedProxies } from '@sluice/adapters/net'
import { createPayee } from '@sluice/client'
import { createGate, type Handler, owedFor, serveFree } from '@sluice/http'
import { openFileBindings, openFileRecords, toNodeHandler } from '@sluice/http/node'
import { createSeller, sellResources } from '@sluice/http/sell'
import { SluiceError } from '@sluice/protocol'
import { createGateway } from '@sluice/retrieval'
import { CarFolder, type FolderChange, watchFolder } from '@sluice/retrieval/node'
import type { ListenAddress, TokenPrice } from '../cli/parse.ts'
import { httpLimits } from '../config/descriptors.ts'
import { NodeError } from '../errors.ts'
import { listenHttp } from './http-listener.ts'
import type { OpenNode } from './open-node.ts'
import type { Stopper } from './stopper.ts'

export interface ProviderOptions {
  readonly data: string
  /** Folder with CAR files. */
  readonly folder: string
  readonly httpListen: ListenAddress
  /** Serves the same without the gate. */
  readonly unpaidListen: ListenAddress | undefined
  /** For `per` bytes, in each token that is taken. */
  readonly prices: readonly [TokenPrice, ...TokenPrice[]]
  readonly per: bigint
  /** An answer with content costs at least what so many bytes do. */
  readonly minCharge: bigint
  /** Bytes served ahead of payment. */
  readonly serveAhead: bigint
  /** Seconds that a payment is waited for. */
  readonly paymentTimeout: number
  /** How clients reach the paid listener from outside. */
  readonly httpUrl: string | undefined
  /** Proxies in front of the listeners. */
  readonly trustedProxy: readonly string[] | undefined
}

/** Beside the time for a payment, how long a client may read nothing, seconds. */
const SILENT = 30

/** Serves a folder of CARs as a trustless gateway for payment, and for nothing at a second listener if asked. */
export async function serveProvider(node: OpenNode, stopper: Stopper, options: ProviderOptions) {
  const folder = await openFolder(node, options)
  stopper.add(() => folder.close())
  stopper.add(watchFolder(folder, { onError: (problem) => node.log.error('content.unreadable', { problem }) }))
  const bindings = await openFileBindings(join(options.data, 'bindings.jsonl'), {
    now: () => Math.floor(Date.now() / 1000),
  })
  stopper.add(() => bindings.close())
  const records = await openFileRecords(join(options.data, 'tabs.jsonl'))
  stopper.add(() => records.close())
  const { peerUrl } = node.info()
  const [first, ...others] = options.prices
  const inGate = ({ token, amount }: TokenPrice) => ({ asset: token, price: { amount, per: options.per } })
  const payee = createPayee({
    engine: node.engine,
    domain: node.domain,
    ...(peerUrl === undefined ? {} : { url: peerUrl }),
  })
  const timeout = options.paymentTimeout * 1000
  const gate = createGate({
    payee,
    ...inGate(first),
    others: others.map(inGate),
    least: Number(options.minCharge),
    window: Number(options.serveAhead),
    timeout,
    bindings,
  })
  const byByte = { amount: first.amount, per: options.per }
  const call = owedFor(byByte, Number(options.minCharge))
  const onError = (problem: unknown) => node.log.error('tab.failed', { problem })
  const seller = createSeller({
    ...{ payee, asset: first.token, records, timeout, onError },
    window: owedFor(byByte, Number(options.serveAhead)) + call,
  })
  stopper.add(() => seller.flushed())
  const price = {
    price: [
      { unit: 'call', amount: call },
      { unit: 'byte', ...byByte },
    ],
  }
  const listenerOf = (serve: Parameters<typeof createGateway>[0]['serve']) =>
    loggedListener(node, createGateway({ content: folder, serve }))
  const proxies = new TrustedProxies(options.trustedProxy)
  // A payment that is waited for is silence of nobody's fault.
  const limits = httpLimits('content', (options.paymentTimeout + SILENT) * 1000)
  const listenLimited = (where: ListenAddress, purpose: string, listener: RequestListener) => {
    const server = createServer()
    server.on('request', limitConnections(server, limits, proxies).guard(listener))
    return listenHttp(server, where, purpose, stopper)
  }
  const paid = await listenLimited(
    options.httpListen,
    'paid content',
    listenerOf(sellResources({ gate, seller, price })),
  )
  const ready = { httpUrl: options.httpUrl ?? paid }
  if (options.unpaidListen === undefined) return ready
  const unpaidUrl = await listenLimited(options.unpaidListen, 'unpaid content', listenerOf(serveFree))
  return { ...ready, unpaidUrl }
}

async function openFolder(node: OpenNode, { data, folder: path, serveAhead }: ProviderOptions): Promise<CarFolder> {
  const index = join(data, 'content.sqlite')
  const folder = await CarFolder.open(path, { index, onChange: (change) => tellChange(node, change) })
  if (folder.cars.length > 0 && folder.step <= serveAhead) return folder
  const { cars, leftOut, step } = folder
  await folder.close()
  if (cars.length === 0) throw new NodeError('FOLDER_EMPTY', { path, problem: whyEmpty(leftOut) })
  const expected = `at least the largest block here, ${step} bytes`
  throw new NodeError('VALUE_INVALID', { name: '--serve-ahead', value: `${serveAhead}`, expected })
}

function whyEmpty([first, ...others]: CarFolder['leftOut']): string {
  if (first === undefined) return 'has no CAR files'
  return `has no CAR file that can be served: ${first.problem}${others.length === 0 ? '' : `, and ${others.length} more`}`
}

function tellChange({ log }: OpenNode, change: FolderChange): void {
  if (change.type === 'left out') log.warn('content.left-out', { path: change.path, problem: change.problem })
  else if (change.type === 'removed') log.info('content.removed', { path: change.path })
  else log.info('content.indexed', { ...change.file, roots: change.file.roots.length })
}

function loggedListener({ log }: OpenNode, handler: Handler): RequestListener {
  return toNodeHandler(handler, {
    onError: (problem) => {
      // A client that leaves while its payment is waited for is nobody's fault.
      const isLeft = problem instanceof SluiceError && problem.code === 'CALL_ABORTED'
      log[isLeft ? 'debug' : 'error']('http.failed', { problem })
    },
  })
}
