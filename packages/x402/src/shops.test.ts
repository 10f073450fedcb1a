import { createTabFetch } from '@sluice/http'
import { toNodeListener } from '@sluice/http/node'
import { createSeller } from '@sluice/http/sell'
import { type MemoryPayments, memoryPayments, serving } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { wrapAxiosWithPayment } from '@x402/axios'
import { paymentMiddleware as expressMiddleware, x402ResourceServer } from '@x402/express'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { paymentMiddleware as honoMiddleware } from '@x402/hono'
import axios from 'axios'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createClientScheme, createServerScheme } from './index.ts'

const NETWORK = 'eip155:314'
const PRICE = 10n

interface Shop extends AsyncDisposable {
  readonly origin: string
}

/** Servers of the real packages, and our own gate: `/good` answers, `/bad` fails; each costs the same. */
const shops: Record<string, (payments: MemoryPayments) => Promise<Shop>> = {
  '@x402/express': ({ payee }) => {
    const { scheme, facilitator } = createServerScheme(createSeller({ payee, asset: NATIVE_TOKEN, window: 0n }))
    const server = new x402ResourceServer(facilitator).register(NETWORK, scheme)
    const app = express()
    app.use(expressMiddleware(routes(payee.account), server))
    app.all('/good', (_request, response) => void response.json({ good: true }))
    app.all('/bad', (_request, response) => void response.status(500).json({ good: false }))
    return serving(app)
  },
  '@x402/hono': ({ payee }) => {
    const { scheme, facilitator } = createServerScheme(createSeller({ payee, asset: NATIVE_TOKEN, window: 0n }))
    const server = new x402ResourceServer(facilitator).register(NETWORK, scheme)
    const app = new Hono()
    app.use(honoMiddleware(routes(payee.account), server))
    app.all('/good', (context) => context.json({ good: true }))
    app.all('/bad', (context) => context.json({ good: false }, 500))
    return serving(toNodeListener(async (request) => app.fetch(request)))
  },
  'our own gate': ({ payee }) => {
    const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 100n })
    const handler = (request: Request) =>
      request.url.endsWith('/bad') ? Response.json({ good: false }, { status: 500 }) : Response.json({ good: true })
    return serving(toNodeListener(seller.paid(handler, { price: [{ unit: 'call', amount: PRICE }] })))
  },
}

function routes(payTo: string) {
  const price = { asset: NATIVE_TOKEN, amount: String(PRICE) }
  const route = { accepts: { scheme: 'sluice', network: NETWORK, payTo, price } } as const
  return { '/good': route, '/bad': route }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}
type Buy = (url: string, method?: string) => Promise<Answer>

function x402(payments: MemoryPayments) {
  const buyer = createTabFetch({ payer: payments.payer })
  const client = new x402Client().register('eip155:*', createClientScheme(buyer, { maxAmount: 50n }))
  client.setSpendControls({ allowedAssets: [{ network: 'eip155:*', asset: NATIVE_TOKEN }] })
  return { buyer, client }
}

/** Buyers of the real packages, and our own. */
const buyers: Record<string, (payments: MemoryPayments) => { buy: Buy; stop: () => Promise<void> }> = {
  '@x402/fetch': (payments) => {
    const { buyer, client } = x402(payments)
    const paid = wrapFetchWithPayment(fetch, client)
    return { buy: (url, method = 'GET') => read(paid(url, { method })), stop: () => buyer.stop() }
  },
  '@x402/axios': (payments) => {
    const { buyer, client } = x402(payments)
    // Its core is of another version than the others'.
    const api = wrapAxiosWithPayment(axios.create({ validateStatus: (status) => status !== 402 }), client as never)
    return {
      buy: async (url, method = 'GET') => {
        const { status, data } = await api.request({ url, method })
        return { status, body: data }
      },
      stop: () => buyer.stop(),
    }
  },
  'our own client': ({ payer }) => {
    const buyer = createTabFetch({ payer })
    return {
      buy: (url, method = 'GET') => read(buyer.fetch(url, { method, maxAmount: 50n })),
      stop: () => buyer.stop(),
    }
  },
}

async function read(answer: Promise<Response>): Promise<Answer> {
  const response = await answer
  return { status: response.status, body: await response.json() }
}

describe.each(Object.entries(shops))('%s sells', (shopName, open) => {
  it.each(Object.entries(buyers))('to %s: all requests on one virtual channel', async (buyerName, begin) => {
    const payments = memoryPayments()
    await using shop = await open(payments)
    const { buy, stop } = begin(payments)
    for (const method of ['GET', 'POST', 'PUT', 'GET']) {
      expect(await buy(`${shop.origin}/good`, method)).toEqual({ status: 200, body: { good: true } })
    }
    expect((await buy(`${shop.origin}/bad`)).status).toBe(500)
    await buy(`${shop.origin}/good`)
    await Promise.all(Array.from({ length: 4 }, () => buy(`${shop.origin}/good`)))
    await stop()
    expect(payments.opened).toHaveLength(1)
    // A request that fails costs nothing, but to who does not look at what it is told.
    const failed = buyerName === '@x402/axios' ? PRICE : 0n
    expect([shopName, payments.payments.at(-1)]).toEqual([shopName, 9n * PRICE + failed])
  })
})
