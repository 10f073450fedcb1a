import { HttpError } from '../errors.ts'
import { type ByteRange, formatContentRange, parseRange } from '../headers/range.ts'
import { errorReply, type Reply, type RequestLike, withoutBody } from './reply.ts'
import type { Resource } from './resource.ts'

/** Which part of a resource a request gets, or the answer that needs no bytes. */
export type Selection = { readonly range: ByteRange; readonly status: 200 | 206 } | { readonly reply: Reply }

function hasTag(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

function baseHeaders(resource: Resource): Headers {
  return new Headers({
    ...resource.headers,
    ETag: resource.etag,
    'Accept-Ranges': 'bytes',
    Vary: 'Accept, PAYMENT-SIGNATURE',
  })
}

/** The headers of an answer that carries this range of the resource. */
export function rangeHeaders(resource: Resource, { range, status }: { range: ByteRange; status: 200 | 206 }): Headers {
  const headers = baseHeaders(resource)
  headers.set('Content-Type', resource.type)
  headers.set('Content-Length', String(range.end - range.start))
  if (status === 206) headers.set('Content-Range', formatContentRange(range, resource.length))
  return headers
}

/** Reads If-None-Match, Range and If-Range. A range is honoured for the same strong ETag only, else the whole is sent. */
export function select(request: RequestLike, resource: Resource): Selection {
  const noneMatch = request.headers.get('If-None-Match')
  if (noneMatch !== null && hasTag(noneMatch, resource.etag)) {
    return { reply: { status: 304, headers: baseHeaders(resource) } }
  }
  const whole = { range: { start: 0, end: resource.length }, status: 200 } as const
  const ifRange = request.headers.get('If-Range')
  if (ifRange !== null && ifRange.trim() !== resource.etag) return whole
  const header = request.headers.get('Range')
  const range = parseRange(header, resource.length)
  if (range === undefined) return whole
  if (range !== 'unsatisfiable') return { range, status: 206 }
  const error = new HttpError('RANGE_UNSATISFIABLE', { range: header ?? '', length: resource.length })
  return { reply: errorReply(416, error, { 'Content-Range': `bytes */${resource.length}`, 'Accept-Ranges': 'bytes' }) }
}

/** The answer to a method other than GET and HEAD. */
export function methodNotAllowed(method: string): Reply {
  return errorReply(405, new HttpError('METHOD_NOT_ALLOWED', { method }), { Allow: 'GET, HEAD' })
}

/** Serves a resource to anybody. */
export function serveFree(request: RequestLike, resource: Resource): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(request.method)
  const selection = select(request, resource)
  if ('reply' in selection) return request.method === 'HEAD' ? withoutBody(selection.reply) : selection.reply
  const reply: Reply = { status: selection.status, headers: rangeHeaders(resource, selection) }
  if (request.method === 'HEAD') return reply
  return { ...reply, body: resource.read(selection.range.start, selection.range.end, request.signal) }
}
