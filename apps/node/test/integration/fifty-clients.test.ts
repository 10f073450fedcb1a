import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/cli/command.ts'
import { resolveValues } from '../../src/cli/values.ts'
import { engineOptions } from '../../src/config/options.ts'
import { type EngineValues, type OpenNode, openNode } from '../../src/daemon/open-node.ts'
import { createWorld, type Party, type World } from '../harness.ts'
import { changeWithoutGas, createTriangle, deposit, type Triangle } from '../scenes.ts'

// Hub and provider are processes as ever; the clients run in this one, each with its own store, key, sockets and view of the chain.

const CLIENTS = 50
const PAYMENTS = 10
const STEP = 1000n
const FUNDS = 1000n * 10n ** 18n

let world: World
let triangle: Triangle
let clients: readonly { readonly party: Party; readonly node: OpenNode }[]

beforeAll(async () => {
  // Fifty clients read every block in this one process: a block a second is enough for them.
  world = await createWorld({ blockTime: 1 })
  triangle = await createTriangle(world, 300_000)
  const parties = await world.parties('client-of-many', CLIENTS)
  clients = await Promise.all(parties.map(async (party) => ({ party, node: await openClient(party) })))
})
afterAll(async () => {
  await Promise.all((clients ?? []).map(({ node }) => node.stop()))
  await world?.end()
})

function openClient(party: Party): Promise<OpenNode> {
  const environment = { ...world.environment(party), SLUICE_LOG_LEVEL: 'error', SLUICE_CHAIN_POLL: '2s' }
  const streams = { out: () => {}, err: () => {}, bytes: async () => true, errIsTerminal: false, columns: 80 }
  const output = { json: true, streams, result: () => {}, event: () => {} }
  const context: Context = { output, signal: new AbortController().signal, environment, version: 'test' }
  const values = resolveValues(engineOptions, {}, environment, {}) as EngineValues
  return openNode(context, values, { role: 'node', changes: {} })
}

test('a hub serves 50 clients at once', async () => {
  const { hub, provider } = triangle.daemons
  const [hubSigner, payee] = [hub, provider].map(({ ready }) => String(ready.signer) as `0x${string}`)
  if (hubSigner === undefined || payee === undefined) throw new Error('hub and provider told no signer')
  const [hubUrl, payeeUrl] = [String(hub.ready.peerUrl), String(provider.ready.peerUrl)]
  await Promise.all(
    clients.map(({ node }) =>
      node.engine.openChannel({ peer: hubSigner, url: hubUrl, token: NATIVE_TOKEN, deposit: 10n ** 9n }),
    ),
  )
  const total = STEP * BigInt(PAYMENTS)
  await Promise.all(
    clients.map(async ({ node: { engine } }) => {
      const terms = { payee, payeeUrl, hubs: [hubSigner], token: NATIVE_TOKEN, capacity: total, first: 1n }
      const { virtualId } = await engine.openVirtual(terms)
      for (let paid = STEP; paid <= total; paid += STEP) await engine.pay(virtualId, paid)
      await engine.closeVirtual(virtualId)
    }),
  )
  const outcomes = clients.flatMap(({ node }) => node.engine.virtuals().map(({ status }) => status))
  expect(outcomes).toEqual(clients.map(() => 'closed'))
  for (const { node } of clients) {
    expect(node.engine.channels()).toMatchObject([{ paid: { sent: total }, locked: { sent: 0n } }])
  }
  const earned = total * BigInt(CLIENTS)
  const { channels } = await world.ok(triangle.provider, 'channel', 'list')
  expect(channels).toMatchObject([{ paid: { received: `${earned}` }, deposits: { peer: `${deposit}` } }])
})

test('clients that close at the same time get the rest of their money back', async () => {
  const leaving = clients.slice(0, 10)
  const closed = await Promise.all(
    leaving.map(({ node: { engine } }) => {
      const [channel] = engine.channels()
      if (channel === undefined) throw new Error('a client has no channel')
      return engine.closeChannel(channel.channelId)
    }),
  )
  for (const { status } of closed) expect(status).toMatch(/closed|settled/)
  for (const { party } of leaving) expect(await changeWithoutGas(world, party, FUNDS)).toBe(-STEP * BigInt(PAYMENTS))
})
