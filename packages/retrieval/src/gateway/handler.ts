import {
  errorReply,
  type Handler,
  HttpError,
  isTellable,
  type Reply,
  type RequestLike,
  type Resource,
  serveFree,
  withoutBody,
} from '@sluice/http'
import { isIdentity } from '../dag/cids.ts'
import { beginPath } from '../dag/path-walk.ts'
import { RetrievalError } from '../errors.ts'
import type { BlockContent, Content } from './content.ts'
import { parseIpnsName } from './ipns-name.ts'
import { type CarRequest, type GatewayRequest, type IpnsRequest, type RawRequest, readRequest } from './request.ts'
import { blockResource, carKey, carResource, recordResource } from './resources.ts'

export interface GatewayOptions {
  readonly content: Content
  /** Answers with a resource: a gate's `serve`, or `serveFree`. */
  readonly serve: (request: RequestLike, resource: Resource) => Reply | Promise<Reply>
  /** Origins whose pages may read the answers. Default `*`. */
  readonly allowOrigin?: string
}

const STATUS: Readonly<Record<string, number>> = {
  CID_INVALID: 400,
  CID_UNSUPPORTED: 400,
  PATH_INVALID: 400,
  PATH_UNSUPPORTED: 400,
  PARAMETER_INVALID: 400,
  RANGE_OUTSIDE: 400,
  FORMAT_MISSING: 400,
  PATH_UNKNOWN: 404,
  PATH_NOT_FOUND: 404,
  ROOT_UNKNOWN: 404,
  BLOCK_MISSING: 404,
  BLOCK_UNREADABLE: 404,
  METHOD_NOT_ALLOWED: 405,
  FORMAT_UNSUPPORTED: 406,
  DAG_LIMIT: 500,
  CAR_CHANGED: 503,
}
const EXPOSED = [
  ...['PAYMENT-REQUIRED', 'PAYMENT-RESPONSE', 'ETag', 'Content-Length', 'Content-Range', 'Content-Encoding'],
  ...['Accept-Ranges', 'Content-Location', 'X-Ipfs-Path', 'X-Ipfs-Roots'],
].join(', ')
// Clients of x402 send the last one, which is a header of answers, with their requests.
const ALLOWED =
  'PAYMENT-SIGNATURE, Range, If-Range, If-None-Match, Accept, Cache-Control, Access-Control-Expose-Headers'
const PAYMENT = 'PAYMENT-SIGNATURE'

/**
 * Answers as a trustless gateway of IPFS does: `GET` and `HEAD` of `/ipfs/<cid>` with the block, or with the DAG or a part of it as CAR, and of `/ipns/<name>` with the
 * name's record.
 * What is not here, or asked for in a wrong way, is refused before any payment.
 *
 * @example
 * ```ts
 * const folder = await CarFolder.open('cars')
 * const handler = createGateway({ content: folder, serve: gate.serve })
 * createServer(toNodeHandler(handler)).listen(8080)
 * ```
 */
export function createGateway(options: GatewayOptions): Handler {
  return async (request) => {
    const reply = request.method === 'OPTIONS' ? preflight() : await answer(options, request)
    reply.headers.set('Access-Control-Allow-Origin', options.allowOrigin ?? '*')
    reply.headers.set('Access-Control-Expose-Headers', EXPOSED)
    return reply
  }
}

function preflight(): Reply {
  const headers = new Headers({
    'Access-Control-Allow-Methods': 'GET, HEAD',
    'Access-Control-Allow-Headers': ALLOWED,
    'Access-Control-Max-Age': '86400',
  })
  return { status: 204, headers }
}

async function answer(options: GatewayOptions, request: RequestLike): Promise<Reply> {
  try {
    return await find(options, request)
  } catch (error) {
    const status = isTellable(error) ? STATUS[error.code] : undefined
    if (!isTellable(error) || status === undefined) throw error
    if (error.code === 'ROOT_UNKNOWN' && isCacheOnly(request)) return { status: 412, headers: new Headers() }
    const reply = errorReply(status, error, status === 405 ? { Allow: 'GET, HEAD' } : {})
    return request.method === 'HEAD' ? withoutBody(reply) : reply
  }
}

/** Whether only what can be answered at once is wanted: all that is here can. */
function isCacheOnly({ headers }: RequestLike): boolean {
  return /(?:^|,)\s*only-if-cached\s*(?:,|$)/i.test(headers.get('Cache-Control') ?? '')
}

async function find(options: GatewayOptions, request: RequestLike): Promise<Reply> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') throw new HttpError('METHOD_NOT_ALLOWED', { method })
  const asked = readRequest(new URL(request.url), request.headers.get('Accept'))
  if (asked.format === 'raw') return serveBlock(options, request, asked)
  return asked.format === 'car' ? serveCar(options, request, asked) : serveRecord(options, request, asked)
}

async function serveRecord(
  { content, serve }: GatewayOptions,
  request: RequestLike,
  asked: IpnsRequest,
): Promise<Reply> {
  const record = await content.record?.(parseIpnsName(asked.name))
  if (record === undefined) throw unknown(asked)
  return serve(request, recordResource(asked, record, contentOf(record.bytes)))
}

function unknown(asked: GatewayRequest): RetrievalError {
  if (asked.format === 'ipns-record') return new RetrievalError('ROOT_UNKNOWN', { root: asked.name.slice(0, 128) })
  return new RetrievalError('ROOT_UNKNOWN', {
    root: (asked.format === 'raw' ? asked.cid : asked.query.root).toString(),
  })
}

async function serveBlock({ content, serve }: GatewayOptions, request: RequestLike, asked: RawRequest): Promise<Reply> {
  const { cid } = asked
  // Whoever has the CID has the block.
  if (isIdentity(cid)) return serveFree(request, blockResource(asked, contentOf(cid.multihash.digest)))
  const block = await content.block(cid)
  if (block === undefined) throw unknown(asked)
  return serve(request, blockResource(asked, block))
}

function contentOf(bytes: Uint8Array): BlockContent {
  return {
    size: bytes.length,
    async *read(start, end) {
      yield bytes.subarray(start, end)
    },
  }
}

async function serveCar({ content, serve }: GatewayOptions, request: RequestLike, asked: CarRequest): Promise<Reply> {
  const { query, dups } = asked
  const { root } = query
  if (!isIdentity(root) && (await content.block(root)) === undefined) throw unknown(asked)
  const key = `${root} ${carKey(query, dups)}`
  const car = await content.car({ key, begin: () => beginPath(query, { dups }) })
  // A header without a block is nothing to sell: whoever probes for a gateway gets one.
  const reply = await (car.blocks === 0 ? serveFree : serve)(request, carResource(asked, car))
  // Ranges of a CAR are for those who resume what they pay for. The specification has none.
  const isPaid = request.headers.get(PAYMENT) !== null
  if (!isPaid && reply.headers.has('Accept-Ranges')) reply.headers.set('Accept-Ranges', 'none')
  return reply
}
