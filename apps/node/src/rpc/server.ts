import { timingSafeEqual } from 'node:crypto'
import { type ConnectionLimits, limitConnections, TrustedProxies } from '@sluice/adapters/net'
import type { Notification } from '@sluice/engine'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { NodeError, problemOf } from '../errors.ts'
import { type Json, jsonLine, toJson } from '../json.ts'
import { toRpcError } from './errors.ts'
import { hostText, listenError } from './listen.ts'
import { type Handlers, type MethodName, methods } from './methods.ts'

/** What a JSON-RPC server answers with. */
export interface RpcServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** What callers show as `Authorization: Bearer`. */
  readonly token: string
  readonly handlers: Handlers
  readonly subscribe: (listener: (notification: Notification) => void) => () => void
  /** What is taken at a time. Default: all that comes, as in tests. */
  readonly limits?: ConnectionLimits
  /** The metrics in Prometheus' text format. */
  readonly metrics: () => string
}

/** A JSON-RPC server that listens. */
export interface RpcServer {
  readonly url: string
  /** Ends every connection, also those with answers to come. */
  readonly close: () => Promise<void>
}

/** Largest request, bytes: every method's parameters fit many times. */
const REQUEST_LIMIT = 256 * 1024
/** How long a caller may think between two calls, milliseconds: a connection that ends just then would fail the second. */
const KEEP_ALIVE = 3_600_000
/** A subscriber that reads slower than this many bytes behind is cut off. */
const SUBSCRIBER_BACKLOG = 4 * 1024 * 1024

/**
 * Listens for JSON-RPC 2.0 (`POST /`), subscriptions as server-sent events (`GET /events`) and `GET /metrics`.
 * Every request needs the token and a loopback Host, so that no web page reaches it by a name of its own.
 *
 * @throws NodeError PORT_TAKEN, LISTEN_FAILED
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const server = Fastify({
    bodyLimit: REQUEST_LIMIT,
    forceCloseConnections: true,
    keepAliveTimeout: KEEP_ALIVE,
    logger: false,
  })
  server.addHook('onRequest', async (request, reply) => guard(options, request, reply))
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const problem = new NodeError('RPC_INVALID_REQUEST', { problem: problemOf(error) })
    void reply.code(error.statusCode ?? 400).send({ jsonrpc: '2.0', id: null, error: toRpcError(problem) })
  })
  if (options.limits !== undefined) limitConnections(server.server, options.limits, new TrustedProxies())
  server.server.keepAliveTimeout = KEEP_ALIVE
  const streams = new Set<() => void>()
  server.post('/', async (request, reply) => reply.type('application/json').send(await answer(options, request.body)))
  server.get('/events', (request, reply) => streamEvents(options, request, reply, streams))
  server.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4').send(options.metrics()))
  await listen(server, options)
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    url: `http://${hostText(options.host)}:${port}`,
    close: async () => {
      for (const end of streams) end()
      await server.close()
    },
  }
}

async function listen(server: FastifyInstance, { host, port }: RpcServerOptions): Promise<void> {
  try {
    await server.listen({ host, port })
  } catch (thrown) {
    throw listenError(thrown, `${hostText(host)}:${port}`, 'JSON-RPC')
  }
}

async function guard(options: RpcServerOptions, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const refusal = refusalOf(options, request)
  if (refusal === undefined) return
  await reply
    .code(refusal.code === 'RPC_UNAUTHORIZED' ? 401 : 403)
    .send({ jsonrpc: '2.0', id: null, error: toRpcError(refusal) })
}

function refusalOf(options: RpcServerOptions, request: FastifyRequest): NodeError | undefined {
  const name = request.hostname.replace(/^\[|\]$/g, '')
  const isOwn = ['127.0.0.1', 'localhost', '::1', options.host].includes(name)
  if (!isOwn) return new NodeError('RPC_HOST_REFUSED', { host: name.slice(0, 100) })
  if (!isSame(request.headers.authorization ?? '', `Bearer ${options.token}`)) return new NodeError('RPC_UNAUTHORIZED')
  return undefined
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function answer(options: RpcServerOptions, body: unknown): Promise<string> {
  let id: Json = null
  try {
    const request = parseRequest(body)
    id = request.id
    const result = await dispatch(options.handlers, request.method, request.params)
    return jsonLine({ jsonrpc: '2.0', id, result: toJson(result) })
  } catch (thrown) {
    return jsonLine({ jsonrpc: '2.0', id, error: toRpcError(thrown) })
  }
}

interface RpcRequest {
  readonly id: string | number
  readonly method: string
  readonly params: unknown
}

function parseRequest(body: unknown): RpcRequest {
  const request = parseJson(body)
  const refuse = (problem: string) => new NodeError('RPC_INVALID_REQUEST', { problem })
  if (typeof request !== 'object' || request === null || Array.isArray(request)) throw refuse('it is not one object')
  const { jsonrpc, id, method, params } = request as Record<string, unknown>
  if (jsonrpc !== '2.0') throw refuse('jsonrpc is not "2.0"')
  if (typeof id !== 'string' && typeof id !== 'number') throw refuse('id is neither a text nor a number')
  if (typeof method !== 'string') throw refuse('method is not a text')
  return { id, method, params: params ?? {} }
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(String(body))
  } catch (thrown) {
    throw new NodeError('RPC_PARSE', {}, thrown)
  }
}

function dispatch(handlers: Handlers, name: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(methods, name)) throw new NodeError('RPC_METHOD_UNKNOWN', { method: name.slice(0, 100) })
  const method = name as MethodName
  const handler = handlers[method] as (params: unknown) => Promise<unknown>
  return handler(methods[method].params.decode(params, 'params'))
}

function streamEvents(
  options: RpcServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  streams: Set<() => void>,
): void {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const unsubscribe = options.subscribe((notification) => {
    if (response.writableLength > SUBSCRIBER_BACKLOG) response.destroy()
    else response.write(`data: ${jsonLine(notification)}\n\n`)
  })
  // Tells the subscriber that nothing from here on is missed.
  response.write(': subscribed\n\n')
  const end = () => {
    unsubscribe()
    streams.delete(end)
    response.end()
  }
  streams.add(end)
  request.raw.once('close', end)
}
