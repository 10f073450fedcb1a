import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { memoryPayments } from '../testing/memory-payments.ts'
import { createTabFetch, type TabFetchOptions } from './buyer/tab-fetch.ts'
import type { Pricing } from './payee/route.ts'
import type { PaidHandler } from './seller/run-call.ts'
import { createSeller } from './seller/seller.ts'
import type { SellerOptions } from './seller/state.ts'

const CALL: Pricing = { price: [{ unit: 'call', amount: 10n }] }

/** A seller and a buyer in one process. */
function shop(
  handler: PaidHandler,
  pricing: Pricing,
  changes: { seller?: Partial<SellerOptions>; buyer?: Partial<TabFetchOptions> } = {},
) {
  const payments = memoryPayments()
  const { payee, payer } = payments
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 100n, onError, ...changes.seller })
  const serve = seller.paid(handler, pricing)
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    return serve(request)
  }
  const buyer = createTabFetch({ payer, fetch, onError, ...changes.buyer })
  return { ...payments, seller, buyer, requests, errors }
}

describe('a tab', () => {
  it('pays for many requests by any method, one virtual channel for all of them', async () => {
    let runs = 0
    const handler: PaidHandler = async (request) => {
      runs += 1
      return Response.json({ runs, method: request.method, body: await request.text() })
    }
    const { buyer, opened, requests, payments, errors } = shop(handler, CALL)
    for (const [i, method] of ['GET', 'POST', 'PUT', 'DELETE'].entries()) {
      const body = method === 'GET' ? {} : { body: `n${i}` }
      const response = await buyer.fetch('http://shop.test/a?b=c', { method, ...body, maxAmount: 50n })
      expect(await response.json()).toEqual({ runs: i + 1, method, body: method === 'GET' ? '' : `n${i}` })
    }
    await buyer.stop()
    expect(errors).toEqual([])
    expect(opened).toHaveLength(1)
    expect(payments.at(-1)).toBe(40n)
    // The price is asked once.
    expect(requests).toHaveLength(5)
  })

  it('pays for requests side by side', async () => {
    const { buyer, opened, payments } = shop(() => new Response('x'), CALL, { seller: { window: 1_000n } })
    const all = Array.from({ length: 50 }, (_, i) =>
      buyer.fetch(`http://shop.test/${i}`, { maxAmount: 10n }).then((response) => response.text()),
    )
    expect(new Set(await Promise.all(all))).toEqual(new Set(['x']))
    await buyer.stop()
    expect(opened.length).toBeLessThanOrEqual(4)
    expect(payments.length).toBeGreaterThan(0)
  })

  it('charges bytes of a stream as they leave', async () => {
    const handler: PaidHandler = () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            for (let i = 0; i < 10; i++) controller.enqueue(new Uint8Array(100))
            controller.close()
          },
        }),
      )
    const { buyer, payments } = shop(handler, { price: [{ unit: 'byte', amount: 1n, per: 2n }] })
    const response = await buyer.fetch('http://shop.test/', { maxAmount: 1_000n })
    expect((await response.arrayBuffer()).byteLength).toBe(1000)
    await buyer.stop()
    expect(payments.at(-1)).toBe(500n)
  })

  it('charges units that the handler counts, in a stream of events', async () => {
    const handler: PaidHandler = (_request, call) => {
      async function* tokens() {
        for (let i = 0; i < 20; i++) {
          await call.count('token', 10)
          yield new TextEncoder().encode(`data: token ${i}\n\n`)
        }
      }
      const headers = { 'Content-Type': 'text/event-stream' }
      return new Response(ReadableStream.from(tokens()) as ReadableStream<Uint8Array>, { headers })
    }
    const price = [
      { unit: 'call', amount: 5n },
      { unit: 'token', amount: 1n },
    ]
    const { buyer, payments, errors } = shop(handler, { price })
    const receipts: bigint[] = []
    const response = await buyer.fetch('http://shop.test/', {
      maxAmount: 1_000n,
      onReceipt: ({ charged }) => receipts.push(charged),
    })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    expect((await response.text()).split('\n\n')).toHaveLength(21)
    await buyer.stop()
    expect(errors).toEqual([])
    expect(payments.at(-1)).toBe(205n)
    expect(receipts).toEqual([205n])
  })

  it('is paid before the request is begun on an upfront route', async () => {
    const amounts: bigint[] = []
    const shopped = shop(
      () => {
        amounts.push(shopped.accepted(`0x${'1'.padStart(64, '0')}`))
        return new Response('x')
      },
      { price: [{ unit: 'call', amount: 500n }], payment: 'upfront' },
    )
    for (let i = 0; i < 3; i++) await (await shopped.buyer.fetch('http://shop.test/', { maxAmount: 500n })).text()
    await shopped.buyer.stop()
    expect(amounts).toEqual([500n, 1000n, 1500n])
    expect(shopped.payments.at(-1)).toBe(1500n)
  })
})
