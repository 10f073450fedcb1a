import { answerOf, type RpcProxy, startRpcProxy } from './rpc-proxy.ts'

interface Question {
  readonly id: number
  readonly method: string
}

async function answerTo(target: string, question: Question): Promise<unknown> {
  const { id, method } = question
  if (method === 'web3_clientVersion') return { jsonrpc: '2.0', id, result: 'Geth/v1.16.0' }
  if (method.startsWith('eth_')) return JSON.parse(await answerOf(target, JSON.stringify(question)))
  return { jsonrpc: '2.0', id, error: { code: -32601, message: `no method ${method}` } }
}

/** Stands before a development chain and answers as the nodes of public chains do: nothing there can be told to do what the chain does not. */
export function startPublicNode(target: string): Promise<RpcProxy> {
  return startRpcProxy(async (body, _request, response) => {
    const asked = JSON.parse(body) as Question | readonly Question[]
    const answers = Array.isArray(asked)
      ? await Promise.all(asked.map((question: Question) => answerTo(target, question)))
      : await answerTo(target, asked as Question)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers))
  })
}
