import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a chain's RPC. */
export interface RpcProxy {
  readonly url: string
  stop(): Promise<void>
}

/** What a proxy does with a question: answers it, or spoils the connection. */
export type Answer = (body: string, request: IncomingMessage, response: ServerResponse) => Promise<void> | void

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request) body += piece
  return body
}

/** What the chain itself answers. */
export async function answerOf(target: string, body: string): Promise<string> {
  const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return answer.text()
}

/** Starts a proxy on a free port of loopback. */
export async function startRpcProxy(answer: Answer): Promise<RpcProxy> {
  const server = createServer(async (request, response) => answer(await bodyOf(request), request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
