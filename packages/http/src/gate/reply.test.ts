import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { fetchPaid } from '../fetch/fetch-paid.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { createGate } from './gate.ts'
import { jsonReply, toResponse } from './reply.ts'

describe('toResponse', () => {
  it('gives a web-standard Response that a fetch can stand for', async () => {
    const payments = memoryPayments()
    const bytes = patternBytes(50_000)
    const gate = createGate({
      payee: payments.payee,
      price: { amount: 1n, per: 10n },
      asset: NATIVE_TOKEN,
      window: 4_000,
    })
    const respond: typeof fetch = async (input, init) =>
      toResponse(await gate.serve(new Request(input, init), bytesResource(bytes)))
    const limits = { maxAmount: 5_000n, tokens: [NATIVE_TOKEN] }
    const response = await fetchPaid('http://127.0.0.1/', { payer: payments.payer, limits, fetch: respond })
    const pieces: Uint8Array[] = []
    let received = 0
    for await (const piece of response.body) {
      pieces.push(piece)
      received += piece.length
      response.accept(received)
    }
    await response.settled()
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    expect(response.paid).toBe(5_000n)
  })

  it('ends the body when the reader cancels', async () => {
    let isReleased = false
    async function* body() {
      try {
        for (;;) yield new Uint8Array(10)
      } finally {
        isReleased = true
      }
    }
    const reader = toResponse({ status: 200, headers: new Headers(), body: body() }).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(isReleased).toBe(true)
  })

  it('has no body where there is none', async () => {
    expect(toResponse({ status: 204, headers: new Headers() }).body).toBeNull()
    expect(await toResponse(jsonReply(404, { a: 1 })).json()).toEqual({ a: 1 })
  })
})
