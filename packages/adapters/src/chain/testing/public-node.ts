import { answerOf, type RpcProxy, startRpcProxy } from './rpc-proxy.ts'

/** Stands before a development chain and answers as the nodes of public chains do: nothing there can be told to do what the chain does not. */
export function startPublicNode(target: string): Promise<RpcProxy> {
  return startRpcProxy(async (body, _request, response) => {
    const { id, method } = JSON.parse(body) as { id: number; method: string }
    response.setHeader('content-type', 'application/json')
    const reply = (answer: object) => void response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    if (method === 'web3_clientVersion') return reply({ result: 'Geth/v1.16.0' })
    if (!method.startsWith('eth_')) return reply({ error: { code: -32601, message: `no method ${method}` } })
    response.end(await answerOf(target, body))
  })
}
