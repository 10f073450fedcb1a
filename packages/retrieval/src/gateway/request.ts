import type { CID } from 'multiformats/cid'
import { type EntityBytes, parseEntityBytes } from '../dag/entity-bytes.ts'
import type { PathQuery } from '../dag/path-walk.ts'
import { RetrievalError } from '../errors.ts'
import { type Format, MEDIA_TYPES, type Negotiated, negotiate } from './negotiate.ts'
import { parseCid } from './parse-cid.ts'

/** What all requests for content have. */
interface Asked {
  /** The path of the url. */
  readonly pathname: string
  /** Name for the file that the answer is saved to. */
  readonly filename: string | undefined
  /** Url of the same answer without an Accept header, where it is another one. */
  readonly location: string | undefined
}

/** A block. */
export interface RawRequest extends Asked {
  readonly format: 'raw'
  readonly cid: CID
}

/** A DAG, or a part of one. */
export interface CarRequest extends Asked {
  readonly format: 'car'
  readonly query: PathQuery
  readonly dups: boolean
}

/** The record of an IPNS name. */
export interface IpnsRequest extends Asked {
  readonly format: 'ipns-record'
  /** As it was given. */
  readonly name: string
}

export type GatewayRequest = RawRequest | CarRequest | IpnsRequest

const MAX_SEGMENTS = 256
const MAX_PATH = 4096
const SCOPES = ['block', 'entity', 'all'] as const

/**
 * Reads what a url and the header Accept ask for.
 *
 * @throws RetrievalError `PATH_UNKNOWN`, `PATH_INVALID`, `PATH_UNSUPPORTED`, `CID_INVALID`, `PARAMETER_INVALID`, `FORMAT_MISSING`, `FORMAT_UNSUPPORTED`.
 */
export function readRequest(url: URL, accept: string | null): GatewayRequest {
  const { pathname, searchParams } = url
  if (pathname.length > MAX_PATH) throw new RetrievalError('PATH_INVALID', { path: pathname.slice(0, 128) })
  const [, space, first, ...rest] = pathname.split('/')
  if ((space !== 'ipfs' && space !== 'ipns') || first === undefined || first === '') {
    throw new RetrievalError('PATH_UNKNOWN', { path: pathname.slice(0, 128) })
  }
  const negotiated = negotiate(searchParams, accept)
  const path = rest.filter((segment) => segment !== '').map((segment) => decodeSegment(segment, pathname))
  if (path.length > MAX_SEGMENTS) throw new RetrievalError('PATH_INVALID', { path: pathname.slice(0, 128) })
  const asked = {
    pathname,
    filename: searchParams.get('filename') || undefined,
    location: negotiated.isInUrl ? undefined : locationOf(url, negotiated),
  }
  const name = decodeSegment(first, pathname)
  if (space === 'ipns') return ipnsRequest(asked, name, path, negotiated.format)
  return ipfsRequest(asked, parseCid(name), path, negotiated, searchParams)
}

function decodeSegment(segment: string, pathname: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new RetrievalError('PATH_INVALID', { path: pathname.slice(0, 128) }, cause)
  }
}

function ipnsRequest(asked: Asked, name: string, path: readonly string[], format: Format): IpnsRequest {
  if (format !== 'ipns-record') throw new RetrievalError('FORMAT_UNSUPPORTED', { asked: `${format} of an IPNS name` })
  if (path.length > 0) throw new RetrievalError('PATH_UNSUPPORTED', { what: 'an IPNS record' })
  return { ...asked, format, name }
}

function ipfsRequest(
  asked: Asked,
  cid: CID,
  path: readonly string[],
  { format, dups }: Negotiated,
  query: URLSearchParams,
): RawRequest | CarRequest {
  if (format === 'ipns-record') throw new RetrievalError('PATH_UNSUPPORTED', { what: 'an IPNS record' })
  if (format === 'car') return { ...asked, format, query: { root: cid, path, ...scopeIn(query) }, dups }
  if (path.length > 0) throw new RetrievalError('PATH_UNSUPPORTED', { what: 'a block' })
  return { ...asked, format, cid }
}

function scopeIn(query: URLSearchParams): Pick<PathQuery, 'scope' | 'bytes'> {
  const given = query.get('dag-scope')
  const bytes = bytesIn(query)
  const scope = SCOPES.find((one) => one === (given ?? (bytes === undefined ? 'all' : 'entity')))
  if (scope === undefined)
    throw new RetrievalError('PARAMETER_INVALID', { name: 'dag-scope', value: (given ?? '').slice(0, 64) })
  // Bytes are a part of an entity, whatever the scope says.
  return bytes === undefined ? { scope } : { scope: 'entity', bytes }
}

function bytesIn(query: URLSearchParams): EntityBytes | undefined {
  const text = query.get('entity-bytes')
  return text === null ? undefined : parseEntityBytes(text)
}

function locationOf({ pathname, searchParams }: URL, { format, dups }: Negotiated): string {
  const query = new URLSearchParams(searchParams)
  query.set('format', format)
  if (format === 'car' && dups) query.set('car-dups', 'y')
  return `${pathname}?${query}`
}

/** The media type of an answer. */
export function typeOf(request: GatewayRequest): string {
  if (request.format !== 'car') return MEDIA_TYPES[request.format]
  return `${MEDIA_TYPES.car}; version=1; order=dfs; dups=${request.dups ? 'y' : 'n'}`
}
