import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket, TcpNetConnectOpts } from 'node:net'
import type { FetchedResponse, FetchInit, HttpFetch } from '../fetch/http-fetch.ts'
import { BodyPieces } from './body-pieces.ts'

/**
 * A fetch for downloads in Node: the bytes of a body reach whoever reads them without a copy and without a stream of the web in between, each piece valid until the
 * next is asked for. Follows no redirect and decodes nothing.
 *
 * @throws Error what the connection fails by.
 * @example `const response = await fetchPaid(url, { payer, limits, fetch: nodeFetch })`
 */
export const nodeFetch: HttpFetch = (url, init) => new Promise((resolve, reject) => ask(url, init, resolve, reject))

function ask(
  url: string,
  { headers, signal }: FetchInit,
  resolve: (response: FetchedResponse) => void,
  reject: (error: unknown) => void,
): void {
  const pieces = new BodyPieces()
  const fail = (error: unknown): void => {
    const reason = signal.aborted ? signal.reason : error
    reject(reason)
    pieces.end({ error: reason })
  }
  const direct = new DirectBody(pieces)
  const request = begin(new URL(url), headers, pieces, direct)
  const abort = () => request.destroy()
  signal.addEventListener('abort', abort, { once: true })
  request
    .on('error', fail)
    .on('close', () => {
      signal.removeEventListener('abort', abort)
      fail(new Error('the connection broke'))
    })
    .on('response', (response) => {
      const { socket } = response
      pieces.control(
        () => socket.resume(),
        () => request.destroy(),
      )
      if (!direct.begin(response)) readByEvents(response, pieces, fail)
      resolve(fetched(response, pieces))
    })
    .end()
  if (signal.aborted) abort()
}

function begin(url: URL, headers: Record<string, string>, pieces: BodyPieces, direct: DirectBody): ClientRequest {
  if (url.protocol !== 'http:') return requestHttps(url, { headers, agent: false })
  const createConnection = (connecting: object) =>
    pieces.connect(connecting as TcpNetConnectOpts, (bytes, socket) => direct.take(bytes, socket))
  return requestHttp(url, { headers, createConnection })
}

/**
 * Reads a body of known length past the parser of HTTP, which copies all that it is given: once it has read the head of the answer, what comes on the
 * connection is the body and nothing else.
 */
class DirectBody {
  readonly #pieces: BodyPieces
  #response: IncomingMessage | undefined
  /** Bytes still to come; undefined while the parser reads. */
  #left: number | undefined

  constructor(pieces: BodyPieces) {
    this.#pieces = pieces
  }

  /** Whether the body of this answer is read so: from the end of what was read together with the head on. */
  begin(response: IncomingMessage): boolean {
    const { 'content-length': length = '', 'transfer-encoding': coding } = response.headers
    const isEmpty = response.statusCode === 204 || response.statusCode === 304
    if (isEmpty || coding !== undefined || !/^\d{1,15}$/.test(length) || 'encrypted' in response.socket) return false
    this.#response = response
    return true
  }

  /** Takes what the connection reads. */
  take(bytes: Uint8Array, socket: Socket): void {
    if (this.#left !== undefined) {
      this.#add(bytes)
      return
    }
    // At once, and not when the stream gets to it: what is read next is the body already.
    socket.emit('data', bytes)
    if (this.#response === undefined) return
    this.#left = Number(this.#response.headers['content-length'])
    const first: Buffer | null = this.#response.read()
    this.#add(first ?? new Uint8Array(0))
  }

  #add(bytes: Uint8Array): void {
    const left = this.#left ?? 0
    const own = bytes.length > left ? bytes.subarray(0, left) : bytes
    this.#left = left - own.length
    if (own.length > 0) this.#pieces.add(own)
    if (this.#left > 0) return
    this.#pieces.end()
    this.#response?.destroy()
  }
}

function readByEvents(response: IncomingMessage, pieces: BodyPieces, fail: (error: unknown) => void): void {
  response
    .on('data', (piece: Buffer) => {
      pieces.add(piece)
      if (pieces.isFull) response.socket.pause()
    })
    .on('end', () => {
      if (response.complete) pieces.end()
    })
    .on('error', fail)
}

function fetched({ statusCode = 0, statusMessage = '', headersDistinct }: IncomingMessage, body: BodyPieces) {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  return { status: statusCode, statusText: statusMessage, type: 'default', headers, body } as const
}
