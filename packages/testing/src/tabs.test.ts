import { createSeller, type PaidHandler, streamOf } from '@sluice/http/sell'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createTestNetwork } from './index.ts'
import type { TestNetwork } from './network.ts'

const COIN = 10n ** 18n

/** Sells what a handler answers, to a payer that asks it without a network. */
function shop({ payee }: TestNetwork, handler: PaidHandler, price: { unit: string; amount: bigint }[]) {
  const seller = createSeller({ payee: payee.payee, asset: NATIVE_TOKEN, window: 1_000n })
  const serve = seller.paid(handler, { price })
  const fetch: typeof globalThis.fetch = (input, init) => serve(new Request(input, init))
  return { seller, fetch }
}

describe('a tab over a hub', () => {
  it('pays for calls of all kinds on one virtual channel, and gives the rest back', async () => {
    await using network = await createTestNetwork()
    const { fetch } = shop(network, async (request) => new Response(await request.text()), [
      { unit: 'call', amount: 7n },
    ])
    for (let i = 0; i < 20; i++) {
      const response = await network.payer.fetch(`http://shop.test/${i}`, {
        method: 'POST',
        body: `n${i}`,
        maxAmount: 100n,
        fetch,
      })
      expect(await response.text()).toBe(`n${i}`)
    }
    expect(network.payer.engine.virtuals()).toHaveLength(1)
    await network.payer.closeTabs()
    await network.settled()
    expect(network.received()).toBe(140n)
    const [channel] = network.payee.engine.channels()
    expect(channel?.locked).toEqual({ sent: 0n, received: 0n })
  })

  it('pays for a stream of events by what the seller counts, and stops where its reader does', async () => {
    await using network = await createTestNetwork()
    const handler: PaidHandler = (_request, call) => {
      async function* tokens() {
        for (let i = 0; ; i++) {
          await call.count('token')
          yield `data: ${i}\n\n`
        }
      }
      const headers = { 'Content-Type': 'text/event-stream' }
      return new Response(streamOf(tokens()), { headers })
    }
    const { fetch } = shop(network, handler, [{ unit: 'token', amount: 100n }])
    const charges: bigint[] = []
    const response = await network.payer.fetch('http://shop.test/', {
      maxAmount: COIN / 1000n,
      fetch,
      onReceipt: ({ charged }) => charges.push(charged),
    })
    const reader = response.body?.getReader()
    // Far more than a window: it goes on because it is paid for.
    for (let i = 0; i < 100; i++) await reader?.read()
    await reader?.cancel()
    await expect.poll(() => charges).toHaveLength(1)
    await network.payer.closeTabs()
    await network.settled()
    expect(network.received()).toBe(charges[0])
    expect(charges[0]).toBeGreaterThanOrEqual(10_000n)
    expect(charges[0]).toBeLessThanOrEqual(11_000n)
  })
})
