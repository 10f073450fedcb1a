import { NATIVE_TOKEN, SluiceError } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { manualTimers } from '../testing/manual-timers.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { createTabFetch, type TabFetchOptions } from './buyer/tab-fetch.ts'
import { createSeller } from './seller/seller.ts'
import type { SellerOptions } from './seller/state.ts'

const CALL = [{ unit: 'call', amount: 10n }]
const ORIGIN = 'http://shop.test'

/** A seller and a buyer whose requests nobody sees. */
function shop(changes: { seller?: Partial<SellerOptions>; buyer?: Partial<TabFetchOptions> } = {}) {
  const payments = memoryPayments()
  const { payee, payer } = payments
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 100n, ...changes.seller })
  const buyer = createTabFetch({ payer, ...changes.buyer })
  const pay = (maxAmount = 50n) => buyer.pay({ offer: seller.offer(CALL), origin: ORIGIN, maxAmount })
  return { ...payments, seller, buyer, pay }
}

/** As it travels. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return error instanceof SluiceError ? error.code : String(error)
  }
}

describe('a payment apart from its request', () => {
  it('is taken, settled and counted by both, on one virtual channel for all', async () => {
    const { seller, buyer, pay, opened, payments } = shop()
    for (let i = 0; i < 5; i++) {
      const payment = await pay()
      const taken = await seller.take(sent(payment.payload), CALL)
      expect(taken.charged).toBe(10n)
      expect(payment.settle(sent(taken.settle()))).toBe(10n)
    }
    await buyer.stop()
    expect(opened).toHaveLength(1)
    expect(payments.at(-1)).toBe(50n)
  })

  it('works side by side, in whatever order the payments come', async () => {
    const { seller, pay, opened } = shop()
    const signed = await Promise.all(Array.from({ length: 8 }, () => pay()))
    const taken = await Promise.all(signed.toReversed().map(({ payload }) => seller.take(sent(payload), CALL)))
    expect(taken.map(({ charged }) => charged)).toEqual(Array.from({ length: 8 }, () => 10n))
    expect(opened).toHaveLength(1)
  })

  it('is taken once', async () => {
    const { seller, pay } = shop()
    const { payload } = await pay()
    const taken = await seller.take(sent(payload), CALL)
    expect(await codeOf(seller.take(sent(payload), CALL))).toBe('CALL_RUNNING')
    taken.settle()
    expect(await codeOf(seller.take(sent(payload), CALL))).toBe('CALL_ID_REUSED')
  })

  it('pays for the next request where it was given back', async () => {
    const { seller, buyer, pay, payments } = shop()
    const first = await pay()
    const taken = await seller.take(sent(first.payload), CALL)
    expect(first.settle(sent(taken.refund()))).toBe(0n)
    const second = await pay()
    expect(second.settle(sent((await seller.take(sent(second.payload), CALL)).settle()))).toBe(10n)
    await buyer.stop()
    expect(payments.at(-1)).toBe(10n)
  })

  it('cannot be settled once it was given back, and is given back by itself in the end', async () => {
    const timers = manualTimers()
    const { seller, pay } = shop({ seller: { timers } })
    const payment = await pay()
    const taken = await seller.take(sent(payment.payload), CALL)
    timers.fire()
    expect(taken.charged).toBe(0n)
    expect(() => taken.settle()).toThrow(expect.objectContaining({ code: 'CALL_FAILED' }))
  })

  it('is charged less than it allows where the seller settles for less', async () => {
    const { seller, pay } = shop()
    const payment = await pay()
    const taken = await seller.take(sent(payment.payload), CALL)
    expect(payment.settle(sent(taken.settle(4n)))).toBe(4n)
  })

  it('is refused for another price, with another seal, and in the form of a request', async () => {
    const { seller, buyer, pay } = shop()
    const { payload } = await pay()
    expect(await codeOf(seller.take(sent(payload), [{ unit: 'call', amount: 9n }]))).toBe('TAB_PRICE')
    for (const [field, value] of [
      ['limit', '11'],
      ['id', 'another'],
      ['settled', 1],
    ] as const) {
      expect(await codeOf(seller.take({ tab: { ...payload.tab, [field]: value } }, CALL))).toBe('TAB_SEAL')
    }
    expect(await codeOf(seller.take({ tab: { ...payload.tab, kind: 'call' } }, CALL))).toBe('FIELD_INVALID')
    for (const value of [undefined, null, 5, {}, { tab: [] }]) {
      expect(await codeOf(seller.take(value, CALL))).toBe('FIELD_INVALID')
    }
    await buyer.stop()
  })

  it('is made for a price by the call alone', async () => {
    const { seller, buyer } = shop()
    const metered = [{ unit: 'byte', amount: 1n }]
    expect(() => seller.offer(metered)).toThrow(expect.objectContaining({ code: 'PRICE_INVALID' }))
    const offer = seller.offer(CALL) as { extra: { tab: object } }
    const by = {
      ...offer,
      extra: { ...offer.extra, tab: { ...offer.extra.tab, price: [{ unit: 'byte', amount: '1' }] } },
    }
    expect(await codeOf(buyer.pay({ offer: by, origin: ORIGIN, maxAmount: 10n }))).toBe('OFFER_METERED')
  })

  it('keeps the spending rules, and gives back what a request did not cost', async () => {
    const { seller, buyer, pay, opened } = shop({ buyer: { rules: { day: 25n } } })
    const ask = { offer: seller.offer(CALL), origin: ORIGIN }
    expect(await codeOf(buyer.pay(ask))).toBe('SPENDING_UNLIMITED')
    expect(await codeOf(buyer.pay({ ...ask, maxAmount: 9n }))).toBe('OFFER_AMOUNT')
    expect(opened).toHaveLength(0)
    const first = await pay()
    const second = await pay()
    expect(await codeOf(pay())).toBe('SPENDING_RULE')
    first.refused()
    expect((await pay()).amount).toBe(10n)
    second.settle(undefined)
    expect(await codeOf(pay())).toBe('SPENDING_RULE')
  })

  it('counts as charged where an answer came without a seal, or nobody says what became of it', async () => {
    const timers = manualTimers()
    const { seller, buyer, pay } = shop({ buyer: { timers, rules: { day: 20n } } })
    const first = await pay()
    const taken = await seller.take(sent(first.payload), CALL)
    const forged = { ...taken.settle(), extra: undefined }
    expect(first.settle(sent(forged))).toBe(10n)
    await pay()
    timers.fire()
    expect(await codeOf(pay())).toBe('SPENDING_RULE')
    await buyer.stop()
  })

  it('leaves a tab on which its seller charged what it said to refuse', async () => {
    const { seller, pay, opened } = shop()
    const lied = await pay()
    ;(await seller.take(sent(lied.payload), CALL)).settle()
    lied.refused('CALL_FAILED')
    const due = await pay()
    const refusal = await seller.take(sent(due.payload), CALL).catch((error) => seller.refusal(error))
    expect(refusal).toMatchObject({ success: false, errorReason: 'TAB_DUE' })
    expect(due.settle(sent(refusal))).toBe(0n)
    const next = await pay()
    expect(next.settle(sent((await seller.take(sent(next.payload), CALL)).settle()))).toBe(10n)
    expect(opened).toHaveLength(2)
  })
})
