import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { RequestLike } from '../gate/reply.ts'
import { TabError } from '../tab/errors.ts'
import type { WebHandler } from '../tab/seller/seller.ts'
import { type NodeHandlerOptions, serveNode } from './node-handler.ts'

export type { NodeHandlerOptions } from './node-handler.ts'

/** The web-standard request of a `node:http` request. @throws TabError `CALL_BODY_READ`. */
function toRequest(incoming: IncomingMessage, { method, url, headers, signal }: RequestLike): Request {
  const isBodiless = method === 'GET' || method === 'HEAD'
  if (isBodiless) {
    incoming.resume()
    return new Request(url, { method, headers, signal })
  }
  // Something before this, such as a parser of JSON, has read what the payer's seal is over.
  if (incoming.readableDidRead) throw new TabError('CALL_BODY_READ')
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  return new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit)
}

/** Answers one request of a `node:http` server by a web-standard handler. */
export function serveFetch(
  handler: WebHandler,
  options: NodeHandlerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const handle = async (like: RequestLike) => {
    const { status, headers, body } = await handler(toRequest(incoming, like))
    return { status, headers, ...(body !== null && { body: body as AsyncIterable<Uint8Array> }) }
  }
  serveNode(handle, options, incoming, outgoing)
}

/**
 * Lets a web-standard handler, such as a paid one, answer the requests of a `node:http` server, at the pace of each client.
 *
 * @example `createServer(toNodeListener(() => new Response('hello'))).listen(0)`
 */
export function toNodeListener(handler: WebHandler, options: NodeHandlerOptions = {}): RequestListener {
  return (incoming, outgoing) => serveFetch(handler, options, incoming, outgoing)
}
