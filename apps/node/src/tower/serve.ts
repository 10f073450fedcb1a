import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { limitConnections, TrustedProxies } from '@sluice/adapters/net'
import type { Engine, Tower } from '@sluice/engine'
import {
  type Address,
  encodeTowerAnswer,
  type Id,
  NATIVE_TOKEN,
  SluiceError,
  TOWER_REQUEST_BYTES,
} from '@sluice/protocol'
import { errorJson } from '../cli/output.ts'
import type { ListenAddress } from '../cli/parse.ts'
import { httpLimits } from '../config/descriptors.ts'
import { listenHttp } from '../daemon/http-listener.ts'
import type { OpenNode } from '../daemon/open-node.ts'
import type { Stopper } from '../daemon/stopper.ts'
import { jsonLine } from '../json.ts'
import type { TowerAbout } from './about.ts'

/** How a tower is served. */
export interface TowerServing {
  readonly listen: ListenAddress
  readonly publicUrl: string | undefined
  readonly trustedProxy: readonly string[] | undefined
}

/** How long a client may say nothing, milliseconds. */
const SILENT = 30_000

/** Serves a tower: at its address it says who it is, and takes what clients sign. What they pay to its node is for their gas. */
export async function serveTower(node: OpenNode, stopper: Stopper, tower: Tower, options: TowerServing) {
  countPayments(node.engine, tower, (problem) => node.log.error('tower.payment', { problem: String(problem) }))
  const server = createServer()
  const about = (): TowerAbout => {
    const { signer, chainId, contract, peerUrl } = node.info()
    return { signer, chainId, contract, ...(peerUrl === undefined ? {} : { peerUrl }) }
  }
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void handle(tower, about, node, request, response)
  const guarded = limitConnections(server, httpLimits('content', SILENT), new TrustedProxies(options.trustedProxy))
  server.on('request', guarded.guard(answer))
  const url = await listenHttp(server, options.listen, 'clients of the watchtower', stopper)
  return { towerUrl: options.publicUrl ?? url }
}

/** Virtual channels that pay this node are money for the gas of whoever pays, also those that were paid while nobody counted. */
function countPayments(engine: Engine, tower: Tower, onProblem: (problem: unknown) => void): void {
  const count = (virtualId: Id) => {
    const paid = engine.virtuals().find((one) => one.virtualId === virtualId)
    const payer: Address | undefined = paid?.terms.path[0]
    if (paid?.role !== 'payee' || paid.terms.token !== NATIVE_TOKEN || payer === undefined) return
    tower.paid(payer, virtualId, paid.amount).catch(onProblem)
  }
  engine.subscribe((notification) => {
    if (notification.type === 'payment' && notification.role === 'payee') count(notification.virtualId)
  })
  for (const { virtualId } of engine.virtuals()) count(virtualId)
}

async function handle(
  tower: Tower,
  about: () => TowerAbout,
  { log }: OpenNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const say = (status: number, type: string, body: string | Uint8Array) => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
  }
  try {
    if (request.method === 'GET') say(200, 'application/json', jsonLine(about()))
    else if (request.method !== 'POST') say(405, 'text/plain', 'GET or POST')
    else {
      const body = await readBody(request)
      if (body === undefined) say(413, 'text/plain', `at most ${TOWER_REQUEST_BYTES} bytes`)
      else say(200, 'application/octet-stream', encodeTowerAnswer(await tower.handle(body)))
    }
  } catch (error) {
    if (error instanceof SluiceError)
      say(error.code === 'TOWER_NOT_PAID' ? 402 : 400, 'application/json', JSON.stringify(errorJson(error)))
    else {
      log.error('tower.failed', { error: String(error) })
      if (!response.headersSent) say(500, 'text/plain', 'unexpected failure')
    }
  }
}

/** Undefined for one that is too long. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > TOWER_REQUEST_BYTES) return undefined
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
