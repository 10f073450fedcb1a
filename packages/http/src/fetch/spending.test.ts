import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import type { Offer } from '../headers/offer.ts'
import { expectCode } from '../testing/expect-code.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { capacityFor, chooseOffer } from './spending.ts'

const { payer, payee } = memoryPayments()
const offer: Offer = {
  network: payee.network,
  contract: payee.contract,
  signer: payee.signer,
  payTo: payee.account,
  hubs: [],
  asset: NATIVE_TOKEN,
  amount: 30n,
  price: { amount: 3n, per: 10n },
  length: 100,
  window: 50,
  maxTimeoutSeconds: 30,
}
const limits = { maxAmount: 30n, tokens: [NATIVE_TOKEN] }
const other = `0x${'77'.repeat(20)}` as const

describe('chooseOffer', () => {
  it('takes the first offer within the limits', () => {
    const offers = [{ ...offer, network: 'eip155:1' }, offer, { ...offer, window: 60 }]
    expect(chooseOffer(offers, payer, limits)).toBe(offer)
  })

  it.each([
    ['OFFER_MISSING', [], limits],
    ['OFFER_NETWORK', [{ ...offer, network: 'eip155:1' }], limits],
    ['OFFER_CONTRACT', [{ ...offer, contract: other }], limits],
    ['OFFER_ASSET', [{ ...offer, asset: other }], limits],
    ['OFFER_INCONSISTENT', [{ ...offer, amount: 29n }], limits],
    ['OFFER_INCONSISTENT', [{ ...offer, length: 101 }], limits],
    ['OFFER_PRICE', [offer], { ...limits, maxPrice: { amount: 29n, per: 100n } }],
    ['OFFER_AMOUNT', [offer], { ...limits, maxAmount: 29n }],
  ])('says %s', (code, offers, within) => {
    expectCode(() => chooseOffer(offers, payer, within), code)
  })

  it('takes the offer in the token that is allowed, and says what is wrong with that one', () => {
    const offers = [{ ...offer, asset: other }, offer]
    expect(chooseOffer(offers, payer, limits)).toBe(offer)
    expectCode(() => chooseOffer(offers, payer, { ...limits, maxAmount: 29n }), 'OFFER_AMOUNT')
  })

  it('begins a part where that is allowed, with no more than the limit', () => {
    const part = { ...limits, maxAmount: 10n, allowPart: true }
    expect(chooseOffer([offer], payer, part)).toBe(offer)
    expect(capacityFor(offer, part)).toBe(10n)
    expect(capacityFor(offer, limits)).toBe(30n)
  })
})
