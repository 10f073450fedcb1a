import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { fetchPaid } from '../fetch/fetch-paid.ts'
import { createGate } from '../gate/gate.ts'
import { toResponse } from '../gate/reply.ts'
import { decodePaymentRequired } from '../headers/payment-required.ts'
import { owedFor } from '../headers/price.ts'
import { createTabFetch } from '../tab/buyer/tab-fetch.ts'
import { createSeller } from '../tab/seller/seller.ts'
import { decodeTabRequired } from '../tab/wire/offer.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { sellResources } from './sell-resources.ts'

const PRICE = { amount: 3n, per: 10n }
const LEAST = 20
const bytes = patternBytes(1000)
const resource = bytesResource(bytes)

function shop() {
  const payments = memoryPayments()
  const { payee, payer } = payments
  const errors: unknown[] = []
  const gate = createGate({ payee, price: PRICE, asset: NATIVE_TOKEN, window: 400, least: LEAST })
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 400n, onError: (error) => errors.push(error) })
  const price = {
    price: [
      { unit: 'call', amount: owedFor(PRICE, LEAST) },
      { unit: 'byte', ...PRICE },
    ],
  }
  const serve = sellResources({ gate, seller, price })
  const fetch: typeof globalThis.fetch = async (input, init) =>
    toResponse(await serve(new Request(input, init), resource))
  return { ...payments, payer, errors, fetch, buyer: createTabFetch({ payer, fetch }) }
}

describe('resources', () => {
  it('are sold on one tab, by the call and the byte', async () => {
    const { buyer, opened, payments, errors } = shop()
    for (let i = 0; i < 5; i++) {
      const response = await buyer.fetch(`http://shop.test/${i}`, { maxAmount: 10_000n })
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    }
    const part = await buyer.fetch('http://shop.test/x', { maxAmount: 10_000n, headers: { Range: 'bytes=10-19' } })
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))]).toEqual([206, true])
    await buyer.stop()
    expect(opened).toHaveLength(1)
    expect(payments.at(-1)).toBe(5n * (6n + 300n) + 6n + 3n)
    expect(errors).toEqual([])
  })

  it('are sold one by one to who pays for one', async () => {
    const { fetch, payer, opened } = shop()
    const limits = { maxAmount: 1000n, tokens: [NATIVE_TOKEN] }
    const response = await fetchPaid('http://shop.test/a', { payer, limits, fetch })
    let received = 0
    for await (const piece of response.body) {
      received += piece.length
      response.accept(received)
    }
    await response.settled()
    expect([received, response.paid, opened.length]).toEqual([1000, 300n, 1])
  })

  it('are offered both ways, and a header that cannot be read is refused', async () => {
    const { fetch } = shop()
    const { status, headers } = await fetch('http://shop.test/a')
    const header = headers.get('PAYMENT-REQUIRED') ?? ''
    expect([status, decodePaymentRequired(header).offers.length, decodeTabRequired(header).offers.length]).toEqual([
      402, 1, 1,
    ])
    expect((await fetch('http://shop.test/a', { headers: { 'PAYMENT-SIGNATURE': '?' } })).status).toBe(400)
  })

  it('leave an unchanged one with who has it, and charge nothing for that', async () => {
    const { buyer, payments } = shop()
    const first = await buyer.fetch('http://shop.test/a', { maxAmount: 10_000n })
    await first.arrayBuffer()
    const headers = { 'If-None-Match': resource.etag }
    const again = await buyer.fetch('http://shop.test/a', { maxAmount: 10_000n, headers })
    expect(again.status).toBe(304)
    await buyer.stop()
    expect(payments.at(-1)).toBe(306n)
  })
})
