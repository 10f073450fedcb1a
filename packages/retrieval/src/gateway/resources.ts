import type { Resource } from '@sluice/http'
import type { CID } from 'multiformats/cid'
import type { PathQuery } from '../dag/path-walk.ts'
import type { BlockContent, CarContent, RecordContent } from './content.ts'
import { attachment } from './disposition.ts'
import { type CarRequest, type GatewayRequest, type IpnsRequest, type RawRequest, typeOf } from './request.ts'

/** Named after the IPFS specification: what lies under a CID is the same for ever. */
const FOR_EVER = 'public, max-age=29030400, immutable'

/** The resource of a block. A client has to have all of it before it can check it. */
export function blockResource(request: RawRequest, { size, read }: BlockContent): Resource {
  const name = request.cid.toString()
  return {
    key: `/ipfs/${name}?format=raw`,
    etag: `"${name}.raw"`,
    length: size,
    step: size,
    type: typeOf(request),
    description: `The block ${name}`,
    headers: headersOf(request, [request.cid], `${name}.bin`),
    read,
  }
}

/** The resource of a CAR. */
export function carResource(request: CarRequest, { roots, length, step, read }: CarContent): Resource {
  const { query, dups } = request
  const name = query.root.toString()
  const last = query.path.at(-1)
  return {
    key: `/ipfs/${name}?format=car&${carKey(query, dups)}`,
    etag: `"${name}.car.${carKey(query, dups)}"`,
    length,
    step,
    type: typeOf(request),
    description: `The DAG under ${[name, ...query.path].join('/').slice(0, 256)} as CAR`,
    headers: headersOf(request, roots, last === undefined ? `${name}.car` : `${name}_${last}.car`),
    read,
  }
}

/** The resource of the record of an IPNS name. */
export function recordResource(request: IpnsRequest, { tag, maxAge }: RecordContent, content: BlockContent): Resource {
  const { name } = request
  return {
    key: `/ipns/${name}?format=ipns-record&${tag}`,
    etag: `"${encodeURIComponent(name)}.ipns-record.${tag}"`,
    length: content.size,
    step: content.size,
    type: typeOf(request),
    description: `The record of ${name.slice(0, 128)}`,
    headers: {
      ...headersOf(request, [], `${name}.ipns-record`),
      'Cache-Control': `public, max-age=${maxAge}`,
    },
    read: content.read,
  }
}

/** What the bytes of a CAR follow from besides the root: version, order, whether blocks come again, and then what differs from everything under the root. */
export function carKey({ path, scope, bytes }: PathQuery, dups: boolean): string {
  const range = bytes === undefined ? '' : `.${bytes.from}:${bytes.to ?? '*'}`
  const names = path.map((name) => `/${encodeURIComponent(name)}`).join('')
  return `1.dfs.${dups ? 'y' : 'n'}${scope === 'all' ? '' : `.${scope}`}${range}${names}`
}

function headersOf(request: GatewayRequest, roots: readonly CID[], name: string): Record<string, string> {
  const { pathname, filename, location } = request
  return {
    'Cache-Control': FOR_EVER,
    'Content-Disposition': attachment(filename ?? name),
    'X-Content-Type-Options': 'nosniff',
    'X-Ipfs-Path': pathname,
    ...(roots.length === 0 ? {} : { 'X-Ipfs-Roots': roots.join(',') }),
    ...(location === undefined ? {} : { 'Content-Location': location }),
  }
}
