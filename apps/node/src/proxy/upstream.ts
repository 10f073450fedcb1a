import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as plainRequest,
} from 'node:http'
import { Agent as HttpsAgent, request as secureRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { NodeError, problemOf } from '../errors.ts'
import { notHandedOn } from './forwarded.ts'

export interface UpstreamOptions {
  /** Where the server is; the path of a request is added to its path. */
  readonly url: URL
  /** Most milliseconds until an answer begins. */
  readonly headMs: number
  /** Most milliseconds without a byte of an answer. */
  readonly silentMs: number
  /** Whether the server gets the host that the client named, rather than its own. */
  readonly keepsHost: boolean
}

/** Statuses whose answers have no body. */
const BODILESS = new Set([204, 205, 304])
/** Most connections at a time. */
const CONNECTIONS = 1_024

/** The server that a proxy stands before. */
export class Upstream {
  readonly #options: UpstreamOptions
  readonly #agent: HttpAgent
  readonly #request: typeof plainRequest

  constructor(options: UpstreamOptions) {
    this.#options = options
    const isSecure = options.url.protocol === 'https:'
    const pool = { keepAlive: true, maxSockets: CONNECTIONS }
    this.#agent = isSecure ? new HttpsAgent(pool) : new HttpAgent(pool)
    this.#request = isSecure ? secureRequest : plainRequest
  }

  get url(): URL {
    return this.#options.url
  }

  /**
   * Asks the server, and answers as it does.
   *
   * @param isPlain Whether the body must come without an encoding, since it is counted or framed.
   * @throws NodeError UPSTREAM_UNREACHABLE, UPSTREAM_SILENT, UPSTREAM_INVALID
   */
  async forward(request: Request, isPlain: boolean): Promise<Response> {
    const headers = this.#headersOf(request)
    if (isPlain) headers['accept-encoding'] = 'identity'
    const incoming = await this.#ask(request, headers)
    try {
      return this.#responseOf(request, incoming)
    } catch (thrown) {
      incoming.destroy()
      throw new NodeError('UPSTREAM_INVALID', { url: this.url.origin, problem: problemOf(thrown) }, thrown)
    }
  }

  /** Whether the server answers at all. @throws NodeError UPSTREAM_UNREACHABLE, UPSTREAM_SILENT */
  async probe(path: string): Promise<number> {
    const incoming = await this.#ask(new Request(new URL(path, this.url), { method: 'HEAD' }), { host: this.url.host })
    incoming.resume()
    return incoming.statusCode ?? 0
  }

  /** Opens a connection of another protocol, as the client asks for it in its header Upgrade. */
  upgrade(incoming: IncomingMessage): ClientRequest {
    const { method, url: target = '/', headers: own } = incoming
    const headers: OutgoingHttpHeaders = { ...own, ...(this.#options.keepsHost ? {} : { host: this.url.host }) }
    for (const name of notHandedOn(undefined)) if (name !== 'connection' && name !== 'upgrade') delete headers[name]
    return this.#request({ ...this.#place(target), method, headers, agent: false })
  }

  close(): void {
    this.#agent.destroy()
  }

  #headersOf(request: Request): Record<string, string> {
    const dropped = notHandedOn(request.headers.get('connection') ?? undefined)
    const headers: Record<string, string> = {}
    // A body is sent as it comes, so nobody waits to be asked for it.
    for (const [name, value] of request.headers) if (!dropped.has(name) && name !== 'expect') headers[name] = value
    if (!this.#options.keepsHost || headers.host === undefined) headers.host = this.url.host
    return headers
  }

  #place(target: string) {
    const { hostname, port, pathname } = this.url
    const base = pathname.replace(/\/$/, '')
    // An address of version 6 stands in brackets in a URL alone.
    return { host: hostname.replace(/^\[|\]$/g, ''), port, path: base + target }
  }

  async #ask(request: Request, headers: Record<string, string>): Promise<IncomingMessage> {
    const isRepeatable = request.body === null && ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
    for (let attempt = 0; ; attempt++) {
      const { sent, answer } = this.#send(request, headers)
      try {
        return await answer
      } catch (thrown) {
        // A connection that was kept may end just as it is used again.
        const isStale = sent.reusedSocket && (thrown as NodeJS.ErrnoException).code === 'ECONNRESET'
        if (isStale && isRepeatable && attempt < 3) continue
        if (thrown instanceof NodeError || request.signal.aborted) throw thrown
        throw new NodeError('UPSTREAM_UNREACHABLE', { url: this.url.origin, problem: problemOf(thrown) }, thrown)
      }
    }
  }

  #send(request: Request, headers: Record<string, string>) {
    const { headMs } = this.#options
    const { pathname, search } = new URL(request.url)
    const sent = this.#request({
      ...this.#place(pathname + search),
      method: request.method,
      headers,
      agent: this.#agent,
    })
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const late = () => sent.destroy(new NodeError('UPSTREAM_SILENT', { url: this.url.origin, milliseconds: headMs }))
      let timer = setTimeout(late, headMs)
      const abort = () => sent.destroy(request.signal.reason instanceof Error ? request.signal.reason : undefined)
      request.signal.addEventListener('abort', abort, { once: true })
      if (request.signal.aborted) abort()
      sent.once('response', (incoming) => {
        clearTimeout(timer)
        resolve(incoming)
      })
      sent.on('error', (problem) => {
        clearTimeout(timer)
        reject(problem)
      })
      sent.once('close', () => request.signal.removeEventListener('abort', abort))
      // While a body is on its way, the server need not have begun to answer.
      this.#sendBody(request, sent, () => {
        clearTimeout(timer)
        timer = setTimeout(late, headMs)
      })
    })
    return { sent, answer }
  }

  #sendBody(request: Request, sent: ClientRequest, passed: () => void): void {
    if (request.body === null) {
      sent.end()
      return
    }
    const body = Readable.fromWeb(request.body as NodeStream<Uint8Array>)
    body.on('data', passed)
    // An answer may come before the body is read: then the rest of it interests nobody. A client that leaves ends the request.
    pipeline(body, sent).catch(() => undefined)
  }

  #responseOf(request: Request, incoming: IncomingMessage): Response {
    const { statusCode: status = 0, rawHeaders } = incoming
    const dropped = notHandedOn(incoming.headers.connection)
    const headers = new Headers()
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
      if (!dropped.has(name.toLowerCase())) headers.append(name, value)
    }
    const isBodiless = request.method === 'HEAD' || BODILESS.has(status)
    if (isBodiless) incoming.resume()
    return new Response(isBodiless ? null : this.#bodyOf(incoming), { status, headers })
  }

  /** Nothing is read ahead of whoever reads it. */
  #bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { silentMs } = this.#options
    const { origin } = this.url
    const pieces = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          const silent = new NodeError('UPSTREAM_SILENT', { url: origin, milliseconds: silentMs })
          const timer = setTimeout(() => incoming.destroy(silent), silentMs)
          try {
            const { done, value } = await pieces.next()
            if (done) controller.close()
            else controller.enqueue(Uint8Array.from(value))
          } finally {
            clearTimeout(timer)
          }
        },
        cancel() {
          incoming.destroy()
        },
      },
      { highWaterMark: 0 },
    )
  }
}
