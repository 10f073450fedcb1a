import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeListener } from '@sluice/http/node'
import { createSeller } from '@sluice/http/sell'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { type LocalNetwork, startLocalNetwork } from '@sluice/testing/local-chain'
import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { quantiles } from '../report/quantiles.ts'

const DEFAULT_COUNT = 500
const FIRST_CALLS = 20
const AT_ONCE = 50
const WARM_UP = 50
const PRICE = 1_000n
const MOST = 10n ** 12n

/** One handler twice: with a price, and without. */
async function serve({ payee }: LocalNetwork): Promise<Server> {
  const seller = createSeller({ payee: payee.payee, asset: NATIVE_TOKEN, window: 1_000n * PRICE })
  const handler = seller.paid(
    ({ url }) => Response.json({ asked: new URL(url).pathname, answer: 42 }),
    [{ path: '/paid', cost: { price: [{ unit: 'call', amount: PRICE }] } }],
  )
  const server = createServer(toNodeListener(handler)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Milliseconds that a call takes, its answer read. */
async function time(call: () => Promise<Response>): Promise<number> {
  const started = performance.now()
  const response = await call()
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`a call was answered ${response.status}`)
  return performance.now() - started
}

/** Measures what paying adds to a call. */
export async function runHttp({ json, count = DEFAULT_COUNT }: BenchOptions): Promise<object> {
  await using network = await startLocalNetwork()
  const server = await serve(network)
  const { port } = server.address() as AddressInfo
  const paid = () => network.payer.fetch(`http://127.0.0.1:${port}/paid`, { maxAmount: MOST })
  const unpaid = () => fetch(`http://127.0.0.1:${port}/free`)
  const firstCalls: number[] = []
  for (let i = 0; i < Math.min(count, FIRST_CALLS); i++) {
    firstCalls.push(await time(paid))
    await network.payer.closeTabs()
  }
  for (let i = 0; i < WARM_UP; i++) {
    await time(paid)
    await time(unpaid)
  }
  const [paidCalls, unpaidCalls]: [number[], number[]] = [[], []]
  for (let i = 0; i < count; i++) {
    unpaidCalls.push(await time(unpaid))
    paidCalls.push(await time(paid))
  }
  const started = performance.now()
  const each = Math.ceil(count / AT_ONCE)
  const worker = async (): Promise<void> => {
    for (let i = 0; i < each; i++) await time(paid)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const callsPerSecond = Math.round((1000 * each * AT_ONCE) / (performance.now() - started))
  await network.payer.closeTabs()
  await network.settled()
  const virtualChannels = network.payer.engine.virtuals().length
  server.closeAllConnections()
  server.close()
  const [paidCall, unpaidCall, firstCall] = [paidCalls, unpaidCalls, firstCalls].map(quantiles)
  if (!json) console.log(`paid ${paidCall?.p50} ms, unpaid ${unpaidCall?.p50} ms, ${callsPerSecond} calls a second`)
  const figures = { paidCall, unpaidCall, firstCall, callsPerSecond, atOnce: AT_ONCE, virtualChannels }
  return { bench: 'http', unit: 'ms', ...figures, machine: describeMachine() }
}
