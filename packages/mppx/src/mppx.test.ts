import { createTabFetch } from '@sluice/http'
import { toNodeListener } from '@sluice/http/node'
import { createSeller } from '@sluice/http/sell'
import { memoryPayments, serving } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { createTestNetwork } from '@sluice/testing'
import { Mppx as Client } from 'mppx/client'
import { Mppx as Server } from 'mppx/server'
import { validate } from 'mppx/validation'
import { describe, expect, it } from 'vitest'
import { createClientMethod, createServerMethod } from './index.ts'

const secretKey = 'only for this test, and long enough for mppx'

function shop(payee: ReturnType<typeof memoryPayments>['payee']) {
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })
  const mppx = Server.create({ methods: [createServerMethod(seller)], secretKey, realm: 'shop.test' })
  const serve = async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname === '/openapi.json') return Response.json(described)
    const paid = await mppx.sluice.session({ amount: '10' })(request)
    return paid.status === 402 ? paid.challenge : paid.withReceipt(Response.json({ good: true }))
  }
  return { serve, mppx, seller }
}

/** What a server tells of its endpoints, as mppx looks for it. */
const described = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/good': {
      get: {
        summary: 'Something good',
        responses: { 200: { description: 'It' }, 402: { description: 'Payment required' } },
        'x-payment-info': { offers: [{ amount: '10', currency: NATIVE_TOKEN, intent: 'session', method: 'sluice' }] },
      },
    },
  },
}

function clientOf(source: Parameters<typeof createClientMethod>[0], fetch: typeof globalThis.fetch) {
  const sluice = createClientMethod(source, { maxAmount: 50n })
  const mppx = Client.create({ methods: [sluice.method], fetch, polyfill: false })
  sluice.observe(mppx)
  return mppx
}

describe('the method sluice of mppx', () => {
  it('pays and is paid by Mppx.create on both sides, on one virtual channel', async () => {
    const payments = memoryPayments()
    const { serve } = shop(payments.payee)
    await using server = await serving(toNodeListener(serve))
    const buyer = createTabFetch({ payer: payments.payer, rules: { day: 35n } })
    const mppx = clientOf(buyer, fetch)
    for (let i = 0; i < 3; i++) {
      const response = await mppx.fetch(`${server.origin}/good`)
      expect([response.status, await response.json()]).toEqual([200, { good: true }])
    }
    await expect(mppx.fetch(`${server.origin}/good`)).rejects.toMatchObject({ code: 'SPENDING_RULE' })
    await buyer.stop()
    expect([payments.opened.length, payments.payments.at(-1)]).toEqual([1, 30n])
  })

  it('pays over a hub, with real keys and signatures', async () => {
    await using network = await createTestNetwork()
    const { serve } = shop(network.payee.payee)
    const mppx = clientOf(network.payer, async (input, init) => serve(new Request(input, init)))
    for (let i = 0; i < 3; i++) expect((await mppx.fetch('http://shop.test/good')).status).toBe(200)
    await network.payer.closeTabs()
    await network.settled()
    expect(network.received()).toBe(30n)
  })

  it('validates a credential without taking it, and takes it once', async () => {
    const payments = memoryPayments()
    const { serve, mppx } = shop(payments.payee)
    const sluice = createClientMethod(createTabFetch({ payer: payments.payer }), { maxAmount: 50n })
    const buyer = Client.create({ methods: [sluice.method], polyfill: false })
    const credential = await buyer.createCredential(await serve(new Request('http://shop.test/good')))
    for (let i = 0; i < 2; i++) {
      expect(await mppx.validateCredential(credential)).toMatchObject({ method: 'sluice', intent: 'session' })
    }
    const ask = () => serve(new Request('http://shop.test/good', { headers: { Authorization: credential } }))
    expect((await ask()).status).toBe(200)
    const again = await ask()
    expect([again.status, await again.text()]).toEqual([402, expect.stringContaining('CALL_ID_REUSED')])
    await expect(mppx.validateCredential(credential)).rejects.toThrow(/CALL_ID_REUSED/)
  })

  it('passes the validation of endpoints that mppx has', async () => {
    const { serve } = shop(memoryPayments().payee)
    await using server = await serving(toNodeListener(serve))
    const { summary, endpoints } = await validate({ url: server.origin, endpoint: 'GET /good', skipPayment: true })
    const failed = endpoints.flatMap(({ challenge, errorHandling }) =>
      [...challenge, ...errorHandling].filter((check) => JSON.stringify(check).includes('"fail')),
    )
    expect([summary.failed, failed]).toEqual([0, []])
    expect(summary.passed).toBeGreaterThan(0)
  })
})
