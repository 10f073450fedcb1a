import { createTabFetch } from '@sluice/http'
import { createSeller, type Seller } from '@sluice/http/sell'
import { memoryPayments, serving } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { createTestNetwork } from '@sluice/testing'
import { x402Facilitator } from '@x402/core/facilitator'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createClientScheme, createServerScheme } from './index.ts'

const NETWORK = 'eip155:314'

function sellerOf({ payee }: ReturnType<typeof memoryPayments>): Seller {
  return createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })
}

/** An Express app that asks 10 for `/`. `seller` is asked for anew with each request: so one can take the place of another. */
function appOf(payTo: string, seller: () => Seller, network: `${string}:${string}` = NETWORK) {
  const made = new Map<Seller, ReturnType<typeof paymentMiddleware>>()
  const middlewareFor = (one: Seller) => {
    const { scheme, facilitator } = createServerScheme(one)
    const accepts = { scheme: 'sluice', network, payTo, price: { asset: NATIVE_TOKEN, amount: '10' } }
    return paymentMiddleware({ '/': { accepts } }, new x402ResourceServer(facilitator).register(network, scheme))
  }
  const app = express()
  app.use((request, response, next) => {
    const one = seller()
    const middleware = made.get(one) ?? middlewareFor(one)
    made.set(one, middleware)
    return middleware(request, response, next)
  })
  app.get('/', (_request, response) => void response.send('good'))
  return app
}

function clientOf(source: Parameters<typeof createClientScheme>[0], maxAmount = 50n) {
  const client = new x402Client().register('eip155:*', createClientScheme(source, { maxAmount }))
  return client.setSpendControls({ allowedAssets: [{ network: 'eip155:*', asset: NATIVE_TOKEN }] })
}

describe('the scheme for clients', () => {
  it('is bounded by its own limit, by spending rules and by the spend controls of x402', async () => {
    const payments = memoryPayments()
    await using shop = await serving(
      appOf(
        payments.payee.account,
        (
          (one) => () =>
            one
        )(sellerOf(payments)),
      ),
    )
    const buyer = createTabFetch({ payer: payments.payer, rules: { day: 25n } })
    const limited = wrapFetchWithPayment(fetch, clientOf(buyer, 9n))
    await expect(limited(shop.origin)).rejects.toThrow(/9/)
    const unknown = new x402Client().register('eip155:*', createClientScheme(buyer, { maxAmount: 50n }))
    await expect(wrapFetchWithPayment(fetch, unknown)(shop.origin)).rejects.toThrow(/spendControls/)
    const capped = clientOf(buyer).setSpendControls({
      allowedAssets: [{ network: 'eip155:*', asset: NATIVE_TOKEN, maxAmountPerPayment: '9' }],
    })
    await expect(wrapFetchWithPayment(fetch, capped)(shop.origin)).rejects.toThrow(/maxAmountPerPayment/)
    expect(payments.opened).toHaveLength(0)
    const paid = wrapFetchWithPayment(fetch, clientOf(buyer))
    expect(await (await paid(shop.origin)).text()).toBe('good')
    expect(await (await paid(shop.origin)).text()).toBe('good')
    await expect(paid(shop.origin)).rejects.toThrow(/rule day/)
    await buyer.stop()
    expect(payments.payments.at(-1)).toBe(20n)
  })

  it('pays again where the server has started anew since it asked', async () => {
    const payments = memoryPayments()
    // The seller that asked has gone when the payment comes.
    const sellers = [sellerOf(payments), sellerOf(payments)]
    let asked = 0
    const seller = () => {
      const one = sellers[Math.min(asked++, 1)]
      if (one === undefined) throw new Error('no seller')
      return one
    }
    await using shop = await serving(appOf(payments.payee.account, seller))
    const buyer = createTabFetch({ payer: payments.payer })
    const response = await wrapFetchWithPayment(fetch, clientOf(buyer))(shop.origin)
    expect([response.status, asked]).toEqual([200, 3])
    await buyer.stop()
    expect(payments.payments.at(-1)).toBe(10n)
  })

  it('pays over a hub, with real keys and signatures', async () => {
    await using network = await createTestNetwork()
    const { payee } = network.payee
    const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })
    const named = payee.network as `${string}:${string}`
    await using shop = await serving(appOf(payee.account, () => seller, named))
    const paid = wrapFetchWithPayment(fetch, clientOf(network.payer))
    for (let i = 0; i < 3; i++) expect(await (await paid(shop.origin)).text()).toBe('good')
    await network.payer.closeTabs()
    await network.settled()
    expect(network.received()).toBe(30n)
  })
})

describe('the scheme for servers', () => {
  it('refuses prices in dollars, and what the payee does not take', async () => {
    const payments = memoryPayments()
    const { scheme } = createServerScheme(sellerOf(payments))
    await expect(scheme.parsePrice('$0.10', NETWORK)).rejects.toMatchObject({ code: 'PRICE_UNIT' })
    await expect(scheme.parsePrice({ asset: NATIVE_TOKEN, amount: '0.1' }, NETWORK)).rejects.toMatchObject({
      code: 'PRICE_UNIT',
    })
    const base = { scheme: 'sluice', amount: '10', maxTimeoutSeconds: 60, extra: {} }
    const right = { ...base, network: NETWORK, asset: NATIVE_TOKEN, payTo: payments.payee.account } as const
    const kind = { x402Version: 2, scheme: 'sluice', network: NETWORK } as const
    expect(await scheme.enhancePaymentRequirements(right, kind, [])).toMatchObject(right)
    for (const field of ['network', 'asset', 'payTo'] as const) {
      const other = { ...right, [field]: field === 'network' ? 'eip155:1' : `0x${'77'.repeat(20)}` } as typeof right
      await expect(scheme.enhancePaymentRequirements(other, kind, [])).rejects.toMatchObject({
        code: 'REQUIREMENT_OTHER',
        details: { field },
      })
    }
  })

  it('verifies each payment once, settles only what it verified, and works in a facilitator of x402', async () => {
    const payments = memoryPayments()
    const seller = sellerOf(payments)
    const { facilitator } = createServerScheme(seller)
    const central = new x402Facilitator().register(NETWORK, facilitator)
    const accepted = seller.offer([{ unit: 'call', amount: 10n }]) as Parameters<typeof facilitator.verify>[1]
    const buyer = createTabFetch({ payer: payments.payer })
    const { payload } = await buyer.pay({ offer: accepted, origin: 'http://shop.test', maxAmount: 10n })
    const payment = { x402Version: 2, accepted, payload }
    expect(await central.settle(payment, accepted)).toMatchObject({ success: false, errorReason: 'PAYMENT_UNKNOWN' })
    expect(await central.verify(payment, accepted)).toMatchObject({ isValid: true })
    expect(await central.verify(payment, accepted)).toMatchObject({ isValid: false, invalidReason: 'CALL_RUNNING' })
    expect(await central.settle(payment, accepted)).toMatchObject({ success: true, transaction: '', amount: '10' })
    expect(await central.settle(payment, accepted)).toMatchObject({ success: false })
    const dearer = { ...accepted, amount: '9' }
    expect(await central.verify(payment, dearer)).toMatchObject({ isValid: false, invalidReason: 'CALL_ID_REUSED' })
    for (const broken of [{}, { tab: null }, { tab: { ...payload.tab, mac: `0x${'00'.repeat(32)}` } }]) {
      expect(await central.verify({ ...payment, payload: broken }, accepted)).toMatchObject({ isValid: false })
    }
    await buyer.stop()
  })
})
