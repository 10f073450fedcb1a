import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
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
  const body = bodyOf(incoming)
  return new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit)
}

/**
 * The body of a request as it is read, nothing ahead. What nobody reads is taken off the connection, so that an answer that comes before the end of
 * a body arrives, and the next request on the connection too.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  let pieces: AsyncIterator<Buffer> | undefined
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        pieces ??= incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(Uint8Array.from(value))
      },
      async cancel() {
        await pieces?.return?.()
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Answers one request of a `node:http` server by a web-standard handler. */
export function serveFetch(
  handler: WebHandler,
  options: NodeHandlerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const handle = async (like: RequestLike) => {
    const request = toRequest(incoming, like)
    outgoing.once('finish', () => {
      if (request.body !== null && !request.body.locked) request.body.cancel().catch(() => undefined)
    })
    const { status, headers, body } = await handler(request)
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
