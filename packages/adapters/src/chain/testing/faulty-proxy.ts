import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerOf, type RpcProxy, startRpcProxy } from './rpc-proxy.ts'

/** Stands before a chain's RPC and spoils some of the answers. */
export interface FaultyProxy extends RpcProxy {
  /** From 0 (none) to 1 (all). */
  faults: number
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
  const state = { faults: 0 }
  const proxy = await startRpcProxy(async (body, request, response) => {
    if (random() < state.faults) {
      spoil[Math.floor(random() * spoil.length)]?.(request, response)
      return
    }
    response.setHeader('content-type', 'application/json').end(await answerOf(target, body))
  })
  return Object.assign(state, proxy)
}
