import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import { errorReply, type Handler, isTellable, jsonReply, type Reply, type RequestLike } from '../gate/reply.ts'
import type { Timers } from '../ports.ts'
import { systemTimers } from '../timers.ts'

export interface NodeHandlerOptions {
  /** How long a client may leave a full socket unread, in milliseconds. Default 60,000. */
  readonly stallTimeout?: number
  readonly timers?: Timers
  /** Called with every fault of this side. Default: nothing. */
  readonly onError?: (error: unknown) => void
}

/**
 * Lets a handler answer the requests of a `node:http` server. A body that fails midway ends with a broken connection, so that
 * the client sees it is not whole. With `TE: trailers` a body comes chunked with the trailer, else with its Content-Length.
 *
 * @example `createServer(toNodeHandler((request) => gate.serve(request, resource))).listen(0)`
 */
export function toNodeHandler(handler: Handler, options: NodeHandlerOptions = {}): RequestListener {
  return (incoming, outgoing) => {
    // The body of a request is nothing to such a handler.
    incoming.resume()
    serveNode(handler, options, incoming, outgoing)
  }
}

/**
 * Answers one request of a `node:http` server by a handler, at the pace of its client. A body that fails midway, and every fault, ends with a
 * broken connection.
 */
export function serveNode(
  handler: Handler,
  options: NodeHandlerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  answer(handler, options, incoming, outgoing).catch((error: unknown) => {
    outgoing.destroy()
    if (isOurFault(error)) options.onError?.(error)
  })
}

/** Payments that stop and clients that leave are no faults. */
function isOurFault(error: unknown): boolean {
  if (isTellable(error)) return !error.code.startsWith('PAYMENT_')
  return !(error instanceof Error && (error.name === 'AbortError' || 'clientGone' in error))
}

class ClientGone extends Error {
  readonly clientGone = true
}

async function answer(
  handler: Handler,
  options: NodeHandlerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  finished(outgoing, () => gone.abort(new ClientGone('the client has gone')))
  const reply = await handled(handler, options, toRequest(incoming, gone.signal))
  if (gone.signal.aborted) return
  const wantsTrailer = reply.trailer !== undefined && asksTrailer(incoming)
  writeHead(reply, outgoing, wantsTrailer)
  if (reply.body !== undefined && incoming.method !== 'HEAD') await pump(reply.body, options, outgoing, gone.signal)
  if (wantsTrailer) outgoing.addTrailers(reply.trailer?.() ?? {})
  outgoing.end()
}

async function handled(
  handler: Handler,
  options: NodeHandlerOptions,
  request: RequestLike | undefined,
): Promise<Reply> {
  if (request === undefined) return jsonReply(400, { message: 'the request target or its headers are not valid' })
  try {
    return await handler(request)
  } catch (error) {
    if (request.signal.aborted) throw error
    options.onError?.(error)
    return isTellable(error) ? errorReply(500, error) : jsonReply(500, { message: 'the server failed' })
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): RequestLike | undefined {
  const host = incoming.headers.host ?? 'localhost'
  const base = `http://${host}`
  // Frameworks shorten the target for those that they mount below a path.
  const { originalUrl } = incoming as { originalUrl?: string }
  const target = originalUrl ?? incoming.url ?? '/'
  if (!/^[-\w.:[\]]+$/.test(host) || !target.startsWith('/') || !URL.canParse(base + target)) return undefined
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return { method: incoming.method ?? 'GET', url: base + target, headers, signal }
}

const asksTrailer = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion === '1.1' && /(?:^|,)\s*trailers\s*(?:,|;|$)/i.test(String(headers.te ?? ''))

function writeHead(reply: Reply, outgoing: ServerResponse, wantsTrailer: boolean): void {
  const headers: Record<string, string | string[]> = Object.fromEntries(reply.headers)
  const cookies = reply.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  if (wantsTrailer) {
    delete headers['content-length']
    headers.trailer = 'PAYMENT-RESPONSE'
  }
  outgoing.writeHead(reply.status, headers)
  if (reply.body !== undefined) outgoing.flushHeaders()
}

async function pump(
  body: AsyncIterable<Uint8Array>,
  options: NodeHandlerOptions,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  for await (const chunk of body) {
    if (gone.aborted) return
    if (!outgoing.write(chunk)) await drained(outgoing, options, gone)
  }
}

function drained(outgoing: ServerResponse, options: NodeHandlerOptions, gone: AbortSignal): Promise<void> {
  const { stallTimeout = 60_000, timers = systemTimers } = options
  return new Promise((resolve, reject) => {
    const cancel = timers.after(stallTimeout, () => settle(() => reject(new ClientGone('the client reads nothing'))))
    const onDrain = () => settle(resolve)
    const onGone = () => settle(() => reject(gone.reason))
    function settle(how: () => void): void {
      cancel()
      outgoing.off('drain', onDrain)
      gone.removeEventListener('abort', onGone)
      how()
    }
    outgoing.once('drain', onDrain)
    gone.addEventListener('abort', onGone)
    if (gone.aborted) onGone()
  })
}
