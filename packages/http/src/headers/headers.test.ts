import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectCode } from '../testing/expect-code.ts'
import { encodeHeader, MAX_HEADER } from './header-json.ts'
import { type Offer, offerDifference } from './offer.ts'
import { decodePaymentRequired, encodePaymentRequired } from './payment-required.ts'
import { decodePaymentResponse, encodePaymentResponse } from './payment-response.ts'
import { decodePaymentSignature, encodePaymentSignature } from './payment-signature.ts'

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b): `0x${string}` => `0x${Buffer.from(b).toString('hex')}`)
const address = hex(20)
const uint128 = fc.bigInt(0n, (1n << 128n) - 1n)
const safe = fc.nat(Number.MAX_SAFE_INTEGER)
const hub = fc.oneof(
  fc.record({ signer: address }),
  fc.record({ signer: address, url: fc.constant('wss://hub.example/') }),
)
const offer: fc.Arbitrary<Offer> = fc
  .record({
    network: fc.constantFrom('eip155:314', 'eip155:31337'),
    amount: uint128,
    asset: address,
    payTo: address,
    maxTimeoutSeconds: fc.nat(3600),
    signer: address,
    price: fc.record({ amount: uint128, per: fc.bigInt(1n, (1n << 128n) - 1n) }),
    window: safe,
    hubs: fc.array(hub, { maxLength: 3 }),
    contract: address,
    length: safe,
    url: fc.option(fc.constant('ws://payee.example:1/'), { nil: undefined }),
  })
  .map(({ url, ...rest }) => (url === undefined ? rest : { ...rest, url }))

const signature = fc.record({
  accepted: offer,
  terms: fc.record({
    path: fc.array(address, { minLength: 2, maxLength: 6 }),
    token: address,
    capacity: uint128,
    disputeWindow: fc.nat(0xffffffff),
    nonce: fc.bigInt(0n, (1n << 64n) - 1n),
  }),
  first: fc.record({
    voucher: fc.record({
      virtualId: hex(32),
      amount: uint128,
      tickAnchor: hex(32),
      tickValue: uint128,
      tickCount: fc.nat(0xffffffff),
    }),
    signature: hex(65),
  }),
})

const sample = (): Offer => fc.sample(offer, { numRuns: 1, seed: 1 })[0] as Offer
const requiredJson = (change: (accepts: Record<string, unknown>) => void): string => {
  const text = encodePaymentRequired({ resource: { url: 'http://a/' }, offers: [sample()] })
  const json = JSON.parse(atob(text))
  change(json.accepts[0])
  return encodeHeader(json)
}

describe('payment headers', () => {
  it('read back what was written', () => {
    fc.assert(
      fc.property(fc.array(offer, { maxLength: 3 }), fc.string({ maxLength: 50 }), (offers, error) => {
        const required = { error, resource: { url: 'http://a/b', mimeType: 'x/y' }, offers }
        expect(decodePaymentRequired(encodePaymentRequired(required))).toEqual(required)
      }),
    )
    fc.assert(
      fc.property(signature, (payload) => {
        expect(decodePaymentSignature(encodePaymentSignature(payload))).toEqual(payload)
      }),
    )
    fc.assert(
      fc.property(address, hex(32), uint128, uint128, safe, safe, (payer, virtualId, charged, paid, served, length) => {
        const response = {
          success: true,
          network: 'eip155:314',
          payer,
          virtualId,
          charged,
          paid,
          served,
          length,
        } as const
        expect(decodePaymentResponse(encodePaymentResponse(response))).toEqual(response)
      }),
    )
    const failure = { success: false, network: 'eip155:1', errorReason: 'PAYMENT_REFUSED' } as const
    expect(decodePaymentResponse(encodePaymentResponse(failure))).toEqual(failure)
  })

  it('take addresses in any case and keep them lowercase', () => {
    const upper = requiredJson((accepts) => {
      accepts.asset = `0x${'AB'.repeat(20)}`
    })
    expect(decodePaymentRequired(upper).offers[0]?.asset).toBe(`0x${'ab'.repeat(20)}`)
  })

  it('pass over offers of other schemes', () => {
    const text = encodeHeader({
      x402Version: 2,
      resource: { url: 'http://a/' },
      accepts: [{ scheme: 'exact' }, null, 7],
    })
    expect(decodePaymentRequired(text).offers).toEqual([])
  })

  it('refuse what is not base64 of a JSON object', () => {
    for (const text of [
      '',
      'abc',
      'a*==',
      'YWJj\n',
      ' YWJj',
      btoa('[1]'),
      btoa('7'),
      btoa('{'),
      btoa('{"a":"\xff"}'),
      'YWJj====',
    ]) {
      expectCode(() => decodePaymentRequired(text), 'HEADER_MALFORMED')
      expectCode(() => decodePaymentSignature(text), 'HEADER_MALFORMED')
      expectCode(() => decodePaymentResponse(text), 'HEADER_MALFORMED')
    }
  })

  it('refuse an oversize header before reading it', () => {
    expectCode(() => decodePaymentSignature('A'.repeat(MAX_HEADER + 4)), 'HEADER_OVERSIZE')
  })

  it.each([
    ['another version of x402', () => encodeHeader({ x402Version: 1, resource: { url: '' }, accepts: [] })],
    ['no resource', () => encodeHeader({ x402Version: 2, accepts: [] })],
    ['offers that are no array', () => encodeHeader({ x402Version: 2, resource: { url: '' }, accepts: {} })],
    ['too many offers', () => encodeHeader({ x402Version: 2, resource: { url: '' }, accepts: Array(17).fill(0) })],
    ['a negative amount', () => requiredJson((a) => Object.assign(a, { amount: '-1' }))],
    ['an amount with a leading zero', () => requiredJson((a) => Object.assign(a, { amount: '01' }))],
    ['an amount as a number', () => requiredJson((a) => Object.assign(a, { amount: 1 }))],
    ['an amount in exponents', () => requiredJson((a) => Object.assign(a, { amount: '1e3' }))],
    ['an amount above uint128', () => requiredJson((a) => Object.assign(a, { amount: String(1n << 128n) }))],
    ['an amount of many digits', () => requiredJson((a) => Object.assign(a, { amount: '9'.repeat(1000) }))],
    ['a short address', () => requiredJson((a) => Object.assign(a, { payTo: '0x12' }))],
    ['a network that is not CAIP-2', () => requiredJson((a) => Object.assign(a, { network: 'filecoin' }))],
    ['a time-out that is negative', () => requiredJson((a) => Object.assign(a, { maxTimeoutSeconds: -1 }))],
    [
      'a price for no bytes',
      () => requiredJson((a) => Object.assign(a.extra as object, { price: { amount: '1', per: '0' } })),
    ],
    ['another version of the protocol', () => requiredJson((a) => Object.assign(a.extra as object, { version: '2' }))],
    ['a window beyond safe integers', () => requiredJson((a) => Object.assign(a.extra as object, { window: 1e300 }))],
    [
      'a peer url of another scheme',
      () => requiredJson((a) => Object.assign(a.extra as object, { url: 'file:///etc/passwd' })),
    ],
    [
      'too many hubs',
      () => requiredJson((a) => Object.assign(a.extra as object, { hubs: Array(17).fill({ signer: a.asset }) })),
    ],
  ])('refuse %s', (_, make) => {
    expectCode(() => decodePaymentRequired(make()), 'FIELD_INVALID')
  })

  it('never throw anything else on random JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        try {
          decodePaymentSignature(encodeHeader({ x402Version: 2, ...value }))
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(FIELD_INVALID|HEADER_OVERSIZE)$/)
        }
      }),
    )
  })

  it('tell offers apart by what touches money', () => {
    const a = sample()
    expect(offerDifference(a, { ...a, hubs: [] })).toBeUndefined()
    expect(offerDifference(a, { ...a, amount: a.amount + 1n })).toBe('amount')
    expect(offerDifference(a, { ...a, price: { ...a.price, per: a.price.per + 1n } })).toBe('price')
    expect(offerDifference(a, { ...a, asset: `0x${'11'.repeat(20)}` })).toBe('asset')
  })
})
