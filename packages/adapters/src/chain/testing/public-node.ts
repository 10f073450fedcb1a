import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a development chain and answers as the nodes of public chains do: nothing there can be told to do what the chain does not. */
export interface PublicNode {
  readonly url: string
  stop(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request) body += piece
  return body
}

export async function startPublicNode(target: string): Promise<PublicNode> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { id, method } = JSON.parse(body) as { id: number; method: string }
    response.setHeader('content-type', 'application/json')
    const reply = (answer: object) => response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    if (method === 'web3_clientVersion') return reply({ result: 'Geth/v1.16.0' })
    if (!method.startsWith('eth_')) return reply({ error: { code: -32601, message: `no method ${method}` } })
    const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return response.end(await answer.text())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
