import { once } from 'node:events'
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deferred } from '../src/deferred.ts'

/** What happens to a body on its way: pieces in, pieces out. */
export type Tamper = (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>

/** Somebody between client and provider, who sees all and may change, hold or count the bodies of paid answers. */
export interface ContentProxy {
  readonly url: string
  /** Body bytes that passed to the client so far, over all paid answers. */
  readonly passed: () => number
  /** Paid requests, each with its Range header. */
  readonly paidRequests: () => readonly (string | undefined)[]
  readonly close: () => Promise<void>
}

/** Starts a proxy in front of a provider. Only answers to requests that carry a payment are tampered with. */
export async function startProxy(target: () => string, tamper: Tamper): Promise<ContentProxy> {
  let passed = 0
  const paid: (string | undefined)[] = []
  const server = createServer((incoming, outgoing) => {
    const isPaid = incoming.headers['payment-signature'] !== undefined
    if (isPaid) paid.push(incoming.headers.range)
    const sent = request(new URL(incoming.url ?? '/', target()), { method: incoming.method, headers: incoming.headers })
    sent.once('error', () => outgoing.destroy())
    outgoing.once('close', () => sent.destroy())
    sent.once('response', (response) => {
      void forward(response, outgoing, isPaid ? tamper : undefined, (bytes) => {
        if (isPaid) passed += bytes
      })
    })
    endWith(incoming, sent)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    paidRequests: () => paid,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function endWith(incoming: IncomingMessage, sent: ClientRequest): void {
  incoming.pipe(sent)
}

async function forward(
  response: IncomingMessage,
  outgoing: ServerResponse,
  tamper: Tamper | undefined,
  count: (bytes: number) => void,
): Promise<void> {
  const { 'content-length': length, ...headers } = response.headers
  // A body that is changed may have another length; then it goes without one.
  outgoing.writeHead(
    response.statusCode ?? 502,
    tamper === undefined && length !== undefined ? { ...headers, 'content-length': length } : headers,
  )
  outgoing.flushHeaders()
  const gone = closing(outgoing)
  try {
    for await (const piece of tamper === undefined ? response : tamper(response)) {
      count(piece.length)
      if (!outgoing.write(piece)) await once(outgoing, 'drain', { signal: gone })
    }
    outgoing.end()
  } catch {
    // The provider or the client broke off: the other one hears it the same way.
    outgoing.destroy()
    response.destroy()
  }
}

function closing(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  return gone.signal
}

/** A gate that stops a body after so many bytes until it is opened. */
export interface Valve {
  readonly tamper: Tamper
  /** Resolves once that many bytes have passed and the body is held. */
  readonly held: Promise<void>
  readonly open: () => void
}

/** Holds the first body that reaches `after` bytes. */
export function createValve(after: number): Valve {
  const held = deferred<void>()
  const opened = deferred<void>()
  async function* tamper(body: AsyncIterable<Buffer>) {
    let passed = 0
    for await (const piece of body) {
      if (passed + piece.length > after && passed <= after) {
        yield piece.subarray(0, after - passed)
        held.resolve()
        await opened.promise
        yield piece.subarray(after - passed)
      } else yield piece
      passed += piece.length
    }
  }
  return { tamper, held: held.promise, open: opened.resolve }
}

/** Changes one byte of a body. */
export function corruptAt(offset: number): Tamper {
  return async function* (body) {
    let passed = 0
    for await (const piece of body) {
      const at = offset - passed
      passed += piece.length
      if (at < 0 || at >= piece.length) yield piece
      else yield Buffer.concat([piece.subarray(0, at), Buffer.from([(piece[at] ?? 0) ^ 1]), piece.subarray(at + 1)])
    }
  }
}
