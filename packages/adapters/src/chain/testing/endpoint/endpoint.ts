import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '@sluice/engine/testing'
import { Answers } from './answers.ts'
import { nodeSource } from './node-source.ts'
import { busyRefusals } from './refusals.ts'
import { honest, type Switches } from './switches.ts'
import { Failure, type Question, type Source } from './wire.ts'

/** An endpoint that misbehaves as its switches and its seed say, before a node or a scripted chain. */
export interface TestEndpoint {
  readonly url: string
  readonly switches: Switches
  /** The methods asked for, in order, those that were refused too. */
  readonly asked: string[]
  /** HTTP requests, and how many at most were under way at once. */
  readonly requests: { count: number; mostAtOnce: number }
  stop(): Promise<void>
}

export interface TestEndpointOptions {
  /** The RPC of an honest node, or a chain that the test writes. */
  readonly source: string | Source
  readonly seed?: number
  /** How it begins. Default: honest. */
  readonly switches?: Partial<Switches>
}

/** Starts it on a free port of the loopback. */
export async function startTestEndpoint({
  source,
  seed = 1,
  switches: wanted,
}: TestEndpointOptions): Promise<TestEndpoint> {
  const switches = { ...honest(), ...wanted }
  const answers = new Answers(typeof source === 'string' ? nodeSource(source) : source, switches, seed)
  const random = seededRandom(seed).fork('endpoint')
  const asked: string[] = []
  const requests = { count: 0, mostAtOnce: 0 }
  let underWay = 0

  const isBusy = (): boolean => {
    if (switches.busyFor > 0) {
      switches.busyFor -= 1
      return true
    }
    return random.chance(switches.busy)
  }

  const answer = async (body: string): Promise<Reply> => {
    const parsed = JSON.parse(body) as Question | readonly Question[]
    const questions = Array.isArray(parsed) ? (parsed as readonly Question[]) : [parsed as Question]
    asked.push(...questions.map(({ method }) => method))
    if (switches.delay > 0) await pause(switches.delay)
    const { retryAfter, busyStyle, batches, batchMax } = switches
    if (isBusy()) {
      const headers = retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` }
      return { refusal: busyRefusals[busyStyle](), headers, id: questions[0]?.id }
    }
    if (!Array.isArray(parsed)) return { results: await answers.answer(parsed as Question) }
    if (batches === 'bad-request') return { refusal: new Failure(0, 'bad request', { status: 400 }) }
    if (batches === 'refused' || questions.length > batchMax) {
      return { refusal: new Failure(-32600, 'batch requests are not supported') }
    }
    return { results: await Promise.all(questions.map((question) => answers.answer(question))) }
  }

  const server = createServer(async (request, response) => {
    requests.count += 1
    underWay += 1
    requests.mostAtOnce = Math.max(requests.mostAtOnce, underWay)
    let body = ''
    for await (const piece of request) body += piece
    // What stands behind it may be stopped first.
    await answer(body).then(
      (reply) => write(response, reply),
      () => response.destroy(),
    )
    underWay -= 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    switches,
    asked,
    requests,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Reply {
  readonly results?: unknown
  readonly refusal?: Failure
  readonly headers?: Readonly<Record<string, string>>
  readonly id?: number | string | undefined
}

function write(response: ServerResponse, { results, refusal, headers = {}, id = 0 }: Reply): void {
  if (refusal === undefined) {
    // One refused question of a single request may carry an HTTP status, as some providers answer.
    const status = statusOf(results)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(results))
    return
  }
  const { code, message, status } = refusal
  if (code === 0) response.writeHead(status, { ...headers, 'content-type': 'text/html' }).end(`<html>${message}</html>`)
  else {
    const error = { code, message, ...(refusal.data !== undefined && { data: refusal.data }) }
    response.writeHead(status, { ...headers, 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, error }))
  }
}

function statusOf(results: unknown): number {
  const status: unknown = typeof results === 'object' && results !== null ? Reflect.get(results, 'status') : undefined
  return typeof status === 'number' ? status : 200
}
