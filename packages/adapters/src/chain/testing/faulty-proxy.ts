import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a chain's RPC and spoils some of the answers. */
export interface FaultyProxy {
  readonly url: string
  /** From 0 (none) to 1 (all). */
  faults: number
  stop(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request) body += piece
  return body
}

/** Ways to fail that were met in the wild. */
const spoil: readonly ((request: IncomingMessage, response: ServerResponse) => void)[] = [
  (request) => request.socket.destroy(),
  (_request, response) => response.writeHead(502).end('<html>bad gateway</html>'),
  (_request, response) => response.writeHead(429).end('slow down'),
  (_request, response) => response.end('{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}'),
  (_request, response) => response.end('{"jsonrpc":'),
]

/** @param random From 0 to 1. */
export async function startFaultyProxy(target: string, random: () => number): Promise<FaultyProxy> {
  const proxy = { faults: 0 }
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (random() < proxy.faults) {
      spoil[Math.floor(random() * spoil.length)]?.(request, response)
      return
    }
    const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    response.setHeader('content-type', 'application/json').end(await answer.text())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
