import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NATIVE_TOKEN } from '@sluice/protocol'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { toHono } from '../sell/hono.ts'
import { createTabFetch } from '../tab/buyer/tab-fetch.ts'
import { createSeller, type FetchHandler } from '../tab/seller/seller.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { serving } from '../testing/serving.ts'
import { toExpress } from './express.ts'
import { toFastify } from './fastify.ts'
import { toNodeListener } from './node-listener.ts'

interface Server extends AsyncDisposable {
  readonly origin: string
}

const servers: Record<string, (handler: FetchHandler) => Promise<Server>> = {
  'node:http': (handler) => serving(toNodeListener(handler)),
  'Express 5': (handler) => {
    const app = express()
    app.all('/api/*rest', toExpress(handler))
    return serving(app)
  },
  'Express 5, below a path': (handler) => {
    const app = express()
    app.use('/api', toExpress(handler))
    return serving(app)
  },
  Fastify: async (handler) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(toFastify(handler), { prefix: '/api' })
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },
  Hono: async (handler) => {
    const app = new Hono()
    app.all('/api/*', toHono(handler))
    return serving(toNodeListener(async (request) => app.fetch(request)))
  },
}

/** A seller by its handler, and a buyer. */
function shop() {
  const { payee, payer, payments, opened } = memoryPayments()
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 100n, onError })
  let made = 0
  const handler = seller.paid(
    async (request, call) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/api/echo') return Response.json({ body: await request.text() }, { headers: { 'X-One': '1' } })
      async function* events() {
        for (let i = 0; i < (pathname === '/api/endless' ? 100_000 : 5); i++) {
          await call.count('token')
          made += 1
          yield new TextEncoder().encode(`data: ${i}\n\n`)
        }
      }
      const headers = { 'Content-Type': 'text/event-stream' }
      return new Response(ReadableStream.from(events()) as ReadableStream<Uint8Array>, { headers })
    },
    [
      { path: '/api/free', cost: 'free' },
      {
        cost: {
          price: [
            { unit: 'call', amount: 10n },
            { unit: 'token', amount: 1n },
          ],
        },
      },
    ],
  )
  return { handler, buyer: createTabFetch({ payer, onError }), payments, opened, errors, made: () => made }
}

describe.each(Object.entries(servers))('a paid handler behind %s', (_name, serve) => {
  it('answers by any method and body, streams as it goes, and is paid on one tab', async () => {
    const { handler, buyer, payments, opened, errors } = shop()
    await using server = await serve(handler)
    const url = `${server.origin}/api/echo?x=1`
    const unpaid = await fetch(url)
    expect([unpaid.status, (await unpaid.json()) as object]).toMatchObject([402, { code: 'PAYMENT_REQUIRED' }])
    const post = { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' }, maxAmount: 50n }
    const echoed = await buyer.fetch(url, post)
    expect(echoed.headers.get('X-One')).toBe('1')
    expect(await echoed.json()).toEqual({ body: '{"a":1}' })
    const events = await buyer.fetch(`${server.origin}/api/events`, { maxAmount: 50n })
    expect(events.headers.get('Content-Type')).toBe('text/event-stream')
    expect((await events.text()).split('\n\n')).toHaveLength(6)
    await buyer.stop()
    expect(errors).toEqual([])
    expect([opened.length, payments.at(-1)]).toEqual([1, 25n])
  })

  it('refuses a stolen header with another body', async () => {
    const { handler, buyer } = shop()
    await using server = await serve(handler)
    const url = `${server.origin}/api/echo`
    let stolen = ''
    const leaving = new AbortController()
    const spying = createTabFetch({
      payer: memoryPayments().payer,
      fetch: async (input, init) => {
        const request = new Request(input, init)
        stolen = request.headers.get('PAYMENT-SIGNATURE') ?? stolen
        if (stolen !== '') leaving.abort()
        return fetch(request)
      },
    })
    await spying
      .fetch(url, { maxAmount: 50n, method: 'POST', body: 'one', signal: leaving.signal })
      .catch(() => undefined)
    const thief = await fetch(url, { method: 'POST', body: 'two', headers: { 'PAYMENT-SIGNATURE': stolen } })
    expect(thief.status).toBe(401)
    await buyer.stop()
  })

  it('tells the price to who sends a large body, time and again', async () => {
    const { handler } = shop()
    await using server = await serve(handler)
    for (let i = 0; i < 8; i++) {
      const unpaid = await fetch(`${server.origin}/api/echo`, { method: 'POST', body: 'x'.repeat(2_000_000) })
      expect([unpaid.status, (await unpaid.json()) as object]).toMatchObject([402, { code: 'PAYMENT_REQUIRED' }])
    }
  })

  it('ends what it makes when its client has gone', async () => {
    const { handler, buyer, made } = shop()
    await using server = await serve(handler)
    const charges: bigint[] = []
    const onReceipt = ({ charged }: { charged: bigint }) => charges.push(charged)
    const response = await buyer.fetch(`${server.origin}/api/endless`, { maxAmount: 500n, onReceipt })
    const reader = response.body?.getReader()
    for (let i = 0; i < 3; i++) await reader?.read()
    await reader?.cancel()
    await expect.poll(() => charges).toHaveLength(1)
    const count = made()
    // What is charged is what was made, or is on the way: never more than the window.
    expect(count).toBeLessThanOrEqual(110)
    expect(Number(charges[0])).toBeGreaterThanOrEqual(13)
    expect(Number(charges[0])).toBeLessThanOrEqual(10 + count + 1)
    await buyer.stop()
  })
})

it('says so where a parser has read the body before', async () => {
  const { handler } = shop()
  const app = express()
  app.use(express.json())
  app.post('/api/echo', toExpress(handler))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}/api/echo`, { method: 'POST', body: '{}', headers })
  expect([response.status, (await response.json()) as object]).toMatchObject([500, { code: 'CALL_BODY_READ' }])
  server.closeAllConnections()
  server.close()
})
