import { Agent, type IncomingMessage, request } from 'node:http'
import type { Notification } from '@sluice/engine'
import { NodeError, problemOf } from '../errors.ts'
import { jsonLine } from '../json.ts'
import { RemoteError, type RpcError } from './errors.ts'
import { type MethodName, methods, type NodeApi, notification, type ParamsOf, type ResultOf } from './methods.ts'

/** Where a running node answers, as its data folder's rpc.json says. */
export interface RpcEndpoint {
  readonly url: string
  readonly token: string
  readonly pid: number
}

/** A running node behind its JSON-RPC. Calls wait as long as the node works on them: a deposit may take hours to be final. */
export function createRpcClient(endpoint: RpcEndpoint): NodeApi {
  const agent = new Agent({ keepAlive: true })
  const connection = { endpoint, agent }
  let lastId = 0
  return {
    call: async <M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> => {
      lastId += 1
      const body = jsonLine({ jsonrpc: '2.0', id: lastId, method, params })
      const answer = parseAnswer(method, await readAll(await send(connection, 'POST', '/', body)))
      return decodeResult(method, answer)
    },
    subscribe: (listener, ended) => subscribe(connection, listener, ended),
    close: async () => agent.destroy(),
  }
}

interface Connection {
  readonly endpoint: RpcEndpoint
  readonly agent: Agent
}

function send({ endpoint, agent }: Connection, method: string, path: string, body?: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${endpoint.token}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, endpoint.url), { method, headers, agent }, resolve)
    sent.once('error', (thrown) =>
      reject(new NodeError('NODE_UNREACHABLE', { url: endpoint.url, problem: problemOf(thrown) }, thrown)),
    )
    sent.end(body)
  })
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
  } catch (thrown) {
    throw new NodeError('NODE_STOPPED', {}, thrown)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseAnswer(method: string, text: string): { readonly result: unknown } {
  let answer: { readonly result?: unknown; readonly error?: RpcError }
  try {
    answer = JSON.parse(text)
  } catch (thrown) {
    throw new NodeError('RPC_RESULT_INVALID', { method, problem: problemOf(thrown) }, thrown)
  }
  if (answer.error !== undefined) throw new RemoteError(answer.error)
  return { result: answer.result }
}

function decodeResult<M extends MethodName>(method: M, { result }: { readonly result: unknown }): ResultOf<M> {
  try {
    return methods[method].result.decode(result, 'result') as ResultOf<M>
  } catch (thrown) {
    throw new NodeError('RPC_RESULT_INVALID', { method, problem: problemOf(thrown) }, thrown)
  }
}

async function subscribe(
  connection: Connection,
  listener: (notification: Notification) => void,
  ended: (problem: Error) => void,
): Promise<() => void> {
  const response = await send(connection, 'GET', '/events')
  if (response.statusCode !== 200) throw parseError(await readAll(response))
  let isOver = false
  const finish = () => {
    if (!isOver) ended(new NodeError('NODE_STOPPED'))
    isOver = true
  }
  response.once('close', finish).on('error', finish)
  await new Promise<void>((resolve, reject) => {
    response.once('close', () => reject(new NodeError('NODE_STOPPED')))
    readEvents(response, listener, resolve)
  })
  return () => {
    isOver = true
    response.destroy()
  }
}

function parseError(text: string): Error {
  try {
    parseAnswer('events', text)
  } catch (thrown) {
    if (thrown instanceof Error) return thrown
  }
  return new NodeError('RPC_RESULT_INVALID', { method: 'events', problem: 'no event stream' })
}

/** An event; undefined for one that this version does not know, of a node that is newer. */
function readEvent(json: string): Notification | undefined {
  try {
    return notification.decode(JSON.parse(json), 'event')
  } catch {
    return undefined
  }
}

/** Reads server-sent events; calls `subscribed` at the first comment, from which on nothing is missed. */
function readEvents(
  response: IncomingMessage,
  listener: (notification: Notification) => void,
  subscribed: () => void,
): void {
  let rest = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      if (part.startsWith(':')) subscribed()
      const told = part.startsWith('data: ') ? readEvent(part.slice(6)) : undefined
      if (told !== undefined) listener(told)
    }
  })
}
