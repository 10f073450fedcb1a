import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type Daemon, type Party, type World } from '../harness.ts'
import { linesOf, openShop, type Shop, tableOf } from '../shop.ts'

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

let world: World
let shop: Shop
let client: Party
let proxy: Daemon

beforeAll(async () => {
  world = await createWorld()
  shop = await openShop(world)
  ;({ client, proxy } = shop)
})
afterAll(async () => {
  shop?.stop()
  await world?.end()
})

/** Changes the table, and waits until the proxy says what it made of it. */
async function reloaded(table: string, event: string): Promise<void> {
  const { length } = proxy.said()
  writeFileSync(shop.prices, table)
  proxy.signal('SIGHUP')
  while (!proxy.said().slice(length).includes(event)) await new Promise(setImmediate)
}

describe('sluice proxy and sluice fetch', () => {
  it('sell and buy by any method, and show what it cost', async () => {
    const url = `${proxy.ready.httpUrl}/api/echo`
    const bought = await world.run(
      client,
      'fetch',
      url,
      '-X',
      'PUT',
      '-d',
      'hello',
      '-H',
      'Content-Type: text/plain',
      '--max',
      '5000',
    )
    expect(bought.code, bought.stderr).toBe(0)
    expect(
      linesOf(bought, 'body')
        .map(({ text }) => text)
        .join(''),
    ).toContain('"body":"hello"')
    expect(bought.lines.at(-1)).toMatchObject({ status: 200, charged: '1000', payee: shop.seller.address })
    const film = join(world.folder, 'film')
    const bytes = await world.ok(client, 'fetch', `${proxy.ready.httpUrl}/film`, '-o', film, '--max', '2000')
    expect(bytes).toMatchObject({ status: 200, bytes: 100_000, charged: '1000' })
    expect(readFileSync(film).equals(Buffer.alloc(100_000, 'f'))).toBe(true)
    expect(await world.ok(client, 'fetch', `${proxy.ready.httpUrl}/free`)).toMatchObject({ charged: '0' })
    const { receipts } = await world.ok(client, 'history')
    expect(receipts).toMatchObject([
      { method: 'PUT', url, charged: '1000' },
      { method: 'GET', bytes: 100_000, charged: '1000' },
    ])
  })

  it('end with a code that says what happened', async () => {
    const at = (path: string) => `${proxy.ready.httpUrl}${path}`
    const outcomes: readonly [args: string[], code: number, error: string][] = [
      [[at('/api/missing')], 4, 'ANSWER_REFUSED'],
      [[at('/api/fails')], 3, 'SERVER_FAILED'],
      [[at('/else')], 4, 'ANSWER_REFUSED'],
      [[at('/api/echo'), '--max', '10'], 4, 'OFFER_AMOUNT'],
      [['http://127.0.0.1:9/'], 3, 'SERVER_SILENT'],
      [['ftp://127.0.0.1/'], 2, 'VALUE_INVALID'],
      [[at('/free'), '-H', 'nothing'], 2, 'VALUE_INVALID'],
      [[at('/free'), '-X', 'GET', '-d', 'x'], 2, 'VALUE_INVALID'],
    ]
    for (const [args, code, error] of outcomes) {
      const ended = await world.run(client, 'fetch', ...args)
      expect([ended.code, ended.lines.at(-1)], args.join(' ')).toMatchObject([code, { error: { code: error } }])
    }
    const failed = await world.run(client, 'fetch', at('/api/fails'))
    expect(linesOf(failed, 'body')).toMatchObject([{ text: 'no' }])
    expect(failed.lines.find(({ status }) => status === 500)).toMatchObject({ charged: '0' })
  })

  it('take another table of prices while they run, and keep the old one where the new one is wrong', async () => {
    const url = `${proxy.ready.httpUrl}/api/echo`
    await reloaded('{ "routes": [] }', 'PRICES_INVALID')
    expect(await world.ok(client, 'fetch', url, '--max', '5000')).toMatchObject({ charged: '1000' })
    await reloaded(tableOf('2500'), 'prices.read')
    expect(await world.ok(client, 'fetch', url, '--max', '5000')).toMatchObject({ charged: '2500' })
    await reloaded(tableOf('1000'), 'prices.read')
  })

  it('publish what is sold, at which prices and over which hubs', async () => {
    const read = async (path: string) => (await fetch(`${proxy.ready.httpUrl}${path}`)).json() as Promise<object>
    expect(await read('/.well-known/sluice')).toMatchObject({
      signer: shop.seller.address,
      hubs: [{}],
      routes: [
        { path: '/free', price: 'free' },
        { path: '/film' },
        { path: '/api/*', price: [{ unit: 'call', amount: '1000' }] },
      ],
    })
    expect(await read('/.well-known/sluice/openapi.json')).toMatchObject({
      paths: { '/api/{part1}': { post: { 'x-payment-info': { amount: '1000' } } } },
    })
    expect(await read('/.well-known/sluice/health')).toMatchObject({ status: 'ok' })
  })

  it('open channels by what a hub publishes alone, and refuse what is no hub', async () => {
    const open = (...args: string[]) => world.run(client, 'channel', 'open', ...args, '--deposit', '1')
    const notHub = String(proxy.ready.peerUrl).replace('ws:', 'http:')
    const outcomes = [await open('--hub', 'http://127.0.0.1:9'), await open('--hub', notHub), await open()]
    expect(outcomes.map(({ code, lines }) => [code, lines.at(-1)])).toMatchObject([
      [3, { error: { code: 'HUB_UNREADABLE' } }],
      [3, { error: { code: 'HUB_UNREADABLE' } }],
      [2, { error: { code: 'VALUE_MISSING' } }],
    ])
  })
})

describe('sluice mcp', () => {
  it('lets an agent buy within rules that hold over its restarts, and pays out of the running node', async () => {
    const url = `${proxy.ready.httpUrl}/api/echo`
    const rules = ['--max', '5000', '--max-day', '2500']
    const withWallet = async (work: (call: Client['callTool']) => Promise<void>) => {
      const agent = new Client({ name: 'agent', version: '1' })
      const args = [mainFile, 'mcp', ...rules, '--allow-private']
      const env = { PATH: process.env.PATH ?? '', ...world.environment(client) }
      await agent.connect(new StdioClientTransport({ command: process.execPath, args, env }))
      await work(agent.callTool.bind(agent))
      await agent.close()
    }
    await withWallet(async (call) => {
      const [balance, limits] = [await call({ name: 'balance' }), await call({ name: 'limits' })]
      expect(balance.structuredContent).toMatchObject({ channels: [{ spendable: expect.stringMatching(/^\d+$/) }] })
      expect(limits.structuredContent).toEqual({ request: '5000', day: '2500' })
      for (let i = 0; i < 2; i++) {
        const bought = await call({ name: 'fetch', arguments: { url, method: 'POST', body: 'hello' } })
        expect(bought.structuredContent).toMatchObject({ status: 200, charged: '1000' })
      }
      const refused = await call({ name: 'fetch', arguments: { url } })
      expect([refused.isError, refused.structuredContent]).toMatchObject([true, { code: 'SPENDING_RULE' }])
    })
    await withWallet(async (call) => {
      const refused = await call({ name: 'fetch', arguments: { url } })
      expect([refused.isError, refused.structuredContent]).toMatchObject([true, { code: 'SPENDING_RULE' }])
    })
  })
})
