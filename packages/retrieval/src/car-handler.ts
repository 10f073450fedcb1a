import {
  errorReply,
  type Handler,
  isTellable,
  type Reply,
  type RequestLike,
  type Resource,
  withoutBody,
} from '@sluice/http'
import type { CID } from 'multiformats/cid'
import { CAR_TYPE, carTag } from './car/car-format.ts'
import type { CarContent, CarSource } from './car/car-source.ts'
import { parseRoot } from './dag/cids.ts'
import { RetrievalError } from './errors.ts'
import { negotiate } from './negotiate.ts'

export interface CarHandlerOptions {
  readonly source: CarSource
  /** Answers with a resource: a gate's `serve`, or `serveFree`. */
  readonly serve: (request: RequestLike, resource: Resource) => Reply | Promise<Reply>
  /** Origins whose pages may read the answers. Default `*`. */
  readonly allowOrigin?: string
}

const STATUS: Readonly<Record<string, number>> = {
  CID_INVALID: 400,
  CID_UNSUPPORTED: 400,
  PATH_UNSUPPORTED: 400,
  SCOPE_UNSUPPORTED: 400,
  PATH_UNKNOWN: 404,
  ROOT_UNKNOWN: 404,
  BLOCK_MISSING: 404,
  FORMAT_UNSUPPORTED: 406,
}
const EXPOSED =
  'PAYMENT-REQUIRED, PAYMENT-RESPONSE, ETag, Content-Length, Content-Range, Accept-Ranges, Content-Encoding'
const ALLOWED = 'PAYMENT-SIGNATURE, Range, If-Range, If-None-Match, Accept'

/**
 * Answers `GET` and `HEAD` of `/ipfs/<cid>` with the DAG as CAR.
 *
 * @example
 * ```ts
 * const folder = await CarFolder.open('cars')
 * const handler = createCarHandler({ source: folder, serve: gate.serve })
 * createServer(toNodeHandler(handler)).listen(8080)
 * ```
 */
export function createCarHandler(options: CarHandlerOptions): Handler {
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

async function answer({ source, serve }: CarHandlerOptions, request: RequestLike): Promise<Reply> {
  let content: CarContent
  try {
    content = await source.find(rootIn(request))
  } catch (error) {
    const status = isTellable(error) ? STATUS[error.code] : undefined
    if (!isTellable(error) || status === undefined) throw error
    const reply = errorReply(status, error)
    return request.method === 'HEAD' ? withoutBody(reply) : reply
  }
  return serve(request, resourceOf(content))
}

function rootIn(request: RequestLike): CID {
  const { pathname, searchParams } = new URL(request.url)
  const [, name, cid, ...rest] = pathname.split('/')
  if (name !== 'ipfs' || cid === undefined || cid === '') {
    throw new RetrievalError('PATH_UNKNOWN', { path: pathname.slice(0, 128) })
  }
  if (rest.some((part) => part !== '')) throw new RetrievalError('PATH_UNSUPPORTED')
  const root = parseRoot(cid)
  negotiate(searchParams, request.headers.get('Accept'))
  return root
}

function resourceOf({ root, length, step, read }: CarContent): Resource {
  const name = root.toString()
  return {
    key: `/ipfs/${name}`,
    etag: carTag(root),
    length,
    step,
    type: CAR_TYPE,
    description: `The DAG under ${name} as CAR`,
    headers: {
      'Cache-Control': 'public, max-age=29030400, immutable',
      'Content-Disposition': `attachment; filename="${name}.car"`,
      'X-Content-Type-Options': 'nosniff',
      'X-Ipfs-Path': `/ipfs/${name}`,
    },
    read,
  }
}
