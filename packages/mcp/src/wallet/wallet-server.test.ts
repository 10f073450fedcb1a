import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { createTabFetch, type SpendingRules } from '@sluice/http'
import { createSeller } from '@sluice/http/sell'
import { memoryPayments } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createWalletServer, type WalletServerOptions } from './wallet-server.ts'

const PEER = `0x${'ce'.repeat(20)}` as const

/** An agent with a wallet, and a shop whose answers cost 10. */
async function agent(rules: SpendingRules, options: WalletServerOptions = {}, said = 'worth it') {
  const payments = memoryPayments()
  const seller = createSeller({ payee: payments.payee, asset: NATIVE_TOKEN, window: 100n })
  const api = seller.paid(
    async (request) =>
      request.url.endsWith('/missing')
        ? new Response('none', { status: 404 })
        : new Response(`${said}${await request.text()}`),
    { price: [{ unit: 'call', amount: 10n }] },
  )
  const buyer = createTabFetch({
    payer: payments.payer,
    rules,
    fetch: async (input, init) => api(new Request(input, init)),
  })
  const wallet = {
    fetch: buyer.fetch,
    rules,
    balances: async () => [{ peer: PEER, token: NATIVE_TOKEN, spendable: 990n }],
  }
  const server = createWalletServer(wallet, options)
  const [own, theirs] = InMemoryTransport.createLinkedPair()
  await server.connect(theirs)
  const client = new Client({ name: 'agent', version: '1' })
  await client.connect(own)
  const call = (name: string, args: Record<string, unknown> = {}) => client.callTool({ name, arguments: args })
  const stop = async () => {
    await client.close()
    await buyer.stop()
  }
  return { call, stop, ...payments }
}

describe('the wallet of an agent', () => {
  it('tells what there is, what may be spent, and what was bought', async () => {
    const { call, stop } = await agent({ request: 50n, day: 100n })
    expect((await call('balance')).structuredContent).toEqual({
      channels: [{ peer: PEER, token: NATIVE_TOKEN, spendable: '990' }],
    })
    expect((await call('limits')).structuredContent).toEqual({ request: '50', day: '100' })
    const bought = await call('fetch', { url: 'http://shop.test/a', method: 'POST', body: '!' })
    expect(bought.content).toEqual([{ type: 'text', text: 'worth it!' }])
    expect(bought.structuredContent).toMatchObject({ status: 200, isWhole: true, charged: '10' })
    const { purchases } = (await call('history')).structuredContent as { purchases: unknown[] }
    expect(purchases).toMatchObject([{ url: 'http://shop.test/a', status: 200, charged: '10' }])
    await stop()
  })

  it('loops until its rules stop it, and is told why', async () => {
    const { call, stop, payments } = await agent({ request: 50n, day: 35n })
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await call('fetch', { url: `http://shop.test/${i}` }))
    expect(answers.map(({ isError }) => isError === true)).toEqual([false, false, false, true, true])
    expect(answers[3]?.structuredContent).toMatchObject({
      code: 'SPENDING_RULE',
      action: expect.stringContaining('rule'),
      details: { rule: 'day' },
    })
    const { purchases } = (await call('history', { count: 1 })).structuredContent as { purchases: unknown[] }
    expect(purchases).toMatchObject([{ refused: 'SPENDING_RULE' }])
    await stop()
    expect(payments.at(-1)).toBe(30n)
  })

  it('cannot be talked into more than its rules by the arguments of a call', async () => {
    const { call, stop, opened } = await agent({ request: 9n })
    const asked = await call('fetch', { url: 'http://shop.test/', maxAmount: '1000000' })
    expect(asked.structuredContent).toMatchObject({ code: 'OFFER_AMOUNT' })
    for (const args of [
      { url: 'file:///etc/passwd' },
      { url: 'http://shop.test/', maxAmount: '-1' },
      { url: 'http://shop.test/', method: 'CONNECT' },
    ]) {
      expect((await call('fetch', args)).isError).toBe(true)
    }
    expect(opened).toHaveLength(0)
    await stop()
  })

  it('says what an answer is worth that is none, and reads no more than it may', async () => {
    const { call, stop } = await agent({ request: 50n }, { maxBytes: 5 })
    const cut = await call('fetch', { url: 'http://shop.test/a' })
    expect([cut.content, cut.structuredContent]).toMatchObject([[{ text: 'worth' }], { isWhole: false }])
    expect((await call('fetch', { url: 'http://shop.test/missing' })).isError).toBe(true)
    await stop()
  })
})
