import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import type { Offer } from '../headers/offer.ts'
import { decodePaymentRequired, PAYMENT_REQUIRED } from '../headers/payment-required.ts'
import { decodePaymentResponse, PAYMENT_RESPONSE } from '../headers/payment-response.ts'
import { encodePaymentSignature, PAYMENT_SIGNATURE } from '../headers/payment-signature.ts'
import { owedFor, windowAfter } from '../headers/price.ts'
import type { OpenedVirtual } from '../ports.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { rejectCode } from '../testing/expect-code.ts'
import { manualTimers } from '../testing/manual-timers.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { memoryBindings } from './bindings.ts'
import { createGate, type Gate } from './gate.ts'
import type { GateOptions } from './gate-state.ts'
import type { Reply } from './reply.ts'
import type { Resource } from './resource.ts'

const LENGTH = 10_000
const WINDOW = 2_500
const PRICE = { amount: 3n, per: 10n }
const bytes = patternBytes(LENGTH)
const resource = bytesResource(bytes)
const URL_ = 'http://127.0.0.1/thing'

function request(headers: Record<string, string> = {}, method = 'GET', signal = new AbortController().signal) {
  return { method, url: URL_, headers: new Headers(headers), signal }
}

function setup(changes: Partial<GateOptions> = {}) {
  const payments = memoryPayments()
  const timers = manualTimers()
  const options = { payee: payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW, timers, ...changes }
  return { payments, timers, options, gate: createGate(options) }
}

async function offered(gate: Gate, of: Resource = resource): Promise<Offer> {
  const { headers } = await gate.serve(request(), of)
  return decodePaymentRequired(headers.get(PAYMENT_REQUIRED) ?? '').offers[0] as Offer
}

type Setup = ReturnType<typeof setup>

async function opened({ payments, gate }: Setup, changes: { capacity?: bigint; first?: bigint } = {}) {
  const offer = await offered(gate)
  const virtual = await payments.payer.open({
    payee: offer.signer,
    payeeAccount: offer.payTo,
    hubs: offer.hubs,
    token: offer.asset,
    capacity: changes.capacity ?? offer.amount,
    first: changes.first ?? 1n,
  })
  return { offer, virtual, header: paymentHeader(offer, virtual) }
}

function paymentHeader(accepted: Offer, { terms, first }: OpenedVirtual): Record<string, string> {
  return { [PAYMENT_SIGNATURE]: encodePaymentSignature({ accepted, terms, first }) }
}

/** Reads a body one piece at a time. */
function reader(reply: Reply) {
  if (reply.body === undefined) throw new Error(`no body, status ${reply.status}`)
  const iterator = reply.body[Symbol.asyncIterator]()
  let got = Buffer.alloc(0)
  return {
    get got() {
      return got
    },
    next: () => iterator.next(),
    leave: () => iterator.return?.(),
    /** Reads up to `size` bytes in all. */
    async until(size: number) {
      while (got.length < size) {
        const { done, value } = await iterator.next()
        if (done) return
        got = Buffer.concat([got, value])
      }
    },
  }
}

async function code(reply: Reply): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of reply.body ?? []) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString()).code
}

describe('prices in several tokens', () => {
  const coin = `0x${'70'.repeat(20)}` as const
  const others = [{ asset: coin, price: { amount: 7n, per: 1n } }]

  async function offers({ gate }: Setup): Promise<readonly Offer[]> {
    const { headers } = await gate.serve(request(), resource)
    return decodePaymentRequired(headers.get(PAYMENT_REQUIRED) ?? '').offers
  }

  async function openedIn(s: Setup, token: Offer['asset']) {
    const offer = (await offers(s)).find(({ asset }) => asset === token)
    if (offer === undefined) throw new Error(`no offer in ${token}`)
    const { signer: payee, payTo: payeeAccount, hubs, amount: capacity } = offer
    return { offer, virtual: await s.payments.payer.open({ payee, payeeAccount, hubs, token, capacity, first: 1n }) }
  }

  it('are an offer each, with the hubs that have channels in the token', async () => {
    const s = setup({ others })
    const hubs = (token: string) => (token === coin ? [{ signer: coin }] : [])
    const gate = createGate({ ...s.options, payee: { ...s.payments.payee, hubs } })
    expect(await offers({ ...s, gate })).toMatchObject([
      { asset: NATIVE_TOKEN, amount: owedFor(PRICE, LENGTH), price: PRICE, hubs: [] },
      { asset: coin, amount: BigInt(LENGTH) * 7n, price: { amount: 7n, per: 1n }, hubs: [{ signer: coin }] },
    ])
  })

  it('are each charged in their own token', async () => {
    const s = setup({ others })
    for (const token of [NATIVE_TOKEN, coin]) {
      const { offer, virtual } = await openedIn(s, token)
      await s.payments.payer.pay(virtual.virtualId, offer.amount)
      const reply = await s.gate.serve(request(paymentHeader(offer, virtual)), resource)
      const body = reader(reply)
      await body.until(LENGTH + 1)
      expect(decodePaymentResponse(reply.trailer?.()[PAYMENT_RESPONSE] ?? '')).toMatchObject({ charged: offer.amount })
    }
  })

  it('are not mixed: the cheaper number in one token buys nothing in another', async () => {
    const s = setup({ others })
    const native = await openedIn(s, NATIVE_TOKEN)
    const inCoin = await openedIn(s, coin)
    for (const [{ offer }, { virtual }] of [
      [native, inCoin],
      [inCoin, native],
    ] as const) {
      const reply = await s.gate.serve(request(paymentHeader(offer, virtual)), resource)
      expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_OFFER_UNKNOWN'])
    }
    const foreign = { ...inCoin.virtual, terms: { ...inCoin.virtual.terms, token: s.payments.payee.signer } }
    const reply = await s.gate.serve(request(paymentHeader(inCoin.offer, foreign)), resource)
    expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_TERMS'])
  })

  it('are refused when a token comes twice, or there are more than a header holds', () => {
    const price = { amount: 1n, per: 1n }
    const many = [1, 2, 3, 4].map((i) => ({ asset: `0x${`8${i}`.repeat(20)}` as const, price }))
    for (const wrong of [[{ asset: NATIVE_TOKEN, price }], many]) {
      expect(() => setup({ others: wrong })).toThrow(expect.objectContaining({ code: 'ASSETS_INVALID' }))
    }
  })

  it('fit into a header with as many hubs as one offer may name', async () => {
    const more = [1, 2, 3].map((i) => ({ asset: `0x${`8${i}`.repeat(20)}` as const, price: PRICE }))
    const s = setup({ others: more })
    const hubs = () => Array.from({ length: 200 }, () => ({ signer: coin, url: `wss://${'hub'.repeat(12)}.example` }))
    const gate = createGate({ ...s.options, payee: { ...s.payments.payee, hubs } })
    expect((await offers({ ...s, gate })).map((offer) => offer.hubs.length)).toEqual([4, 4, 4, 4])
  })
})

describe('the gate without payment', () => {
  it('answers 402 with an offer for the whole', async () => {
    const { gate, payments } = setup()
    const reply = await gate.serve(request(), resource)
    expect(reply.status).toBe(402)
    const required = decodePaymentRequired(reply.headers.get(PAYMENT_REQUIRED) ?? '')
    expect(required.resource).toEqual({ url: URL_, mimeType: 'application/octet-stream' })
    expect(required.offers).toEqual([
      {
        network: payments.payee.network,
        amount: owedFor(PRICE, LENGTH),
        asset: NATIVE_TOKEN,
        payTo: payments.payee.account,
        maxTimeoutSeconds: 30,
        signer: payments.payee.signer,
        price: PRICE,
        window: WINDOW,
        hubs: payments.payee.hubs(NATIVE_TOKEN),
        contract: payments.payee.contract,
        length: LENGTH,
      },
    ])
    expect(await code(reply)).toBe('PAYMENT_REQUIRED')
  })

  it('answers HEAD alike without a body, and other methods with 405', async () => {
    const { gate } = setup()
    const head = await gate.serve(request({}, 'HEAD'), resource)
    expect([head.status, head.body]).toEqual([402, undefined])
    expect((await gate.serve(request({}, 'POST'), resource)).status).toBe(405)
  })

  it('serves what is free to anybody', async () => {
    const { gate } = setup({ price: { amount: 0n, per: 1n } })
    const reply = await gate.serve(request(), resource)
    const body = reader(reply)
    await body.until(LENGTH)
    expect(reply.status).toBe(200)
    expect(body.got.equals(bytes)).toBe(true)
  })

  it('refuses to run with a window below what a client must hold to judge it', async () => {
    const { gate } = setup()
    await rejectCode(gate.serve(request(), { ...resource, step: WINDOW + 1 }), 'WINDOW_TOO_SMALL')
  })

  it.each(['nonsense', 'e30=', 'A'.repeat(9000)])('answers the malformed payment %.10s with 400', async (text) => {
    const { gate } = setup()
    const reply = await gate.serve(request({ [PAYMENT_SIGNATURE]: text }), resource)
    expect(reply.status).toBe(400)
    expect(decodePaymentResponse(reply.headers.get(PAYMENT_RESPONSE) ?? '').success).toBe(false)
  })
})

describe('the gate with payment', () => {
  it('serves a window ahead, pauses, and goes on as payments come', async () => {
    const s = setup()
    const { header, virtual } = await opened(s)
    const reply = await s.gate.serve(request(header), resource)
    expect([reply.status, reply.headers.get('Content-Length')]).toEqual([200, String(LENGTH)])
    const body = reader(reply)
    const free = 3 // what the first unit covers
    await body.until(WINDOW + free)
    expect(body.got.length).toBe(WINDOW + free)
    const asked = s.payments.waitedFor()
    const next = body.until(WINDOW + 1000)
    expect(await asked).toBe(owedFor(PRICE, free + 1))
    expect(body.got.length).toBe(WINDOW + free)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, 1000))
    await next
    expect(body.got.length).toBe(1000 + windowAfter(WINDOW, 1000))
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH))
    await body.until(LENGTH)
    expect((await body.next()).done).toBe(true)
    expect(body.got.equals(bytes)).toBe(true)
  })

  it('never serves more than a window beyond what is paid for, in steps of any size', async () => {
    const s = setup()
    const { header, virtual } = await opened(s)
    const body = reader(await s.gate.serve(request(header), resource))
    for (let paid = 3; paid < LENGTH; paid += 777) {
      await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, paid))
      await body.until(Math.min(LENGTH, paid + windowAfter(WINDOW, paid)))
      expect(body.got.length).toBeLessThanOrEqual(Math.min(LENGTH, paid + windowAfter(WINDOW, paid + 3) + 3))
    }
  })

  it('says at the start, at the end and on HEAD what was charged', async () => {
    const s = setup()
    const { header, virtual } = await opened(s, { first: owedFor(PRICE, LENGTH) })
    const reply = await s.gate.serve(request(header), resource)
    const start = decodePaymentResponse(reply.headers.get(PAYMENT_RESPONSE) ?? '')
    expect(start).toMatchObject({ success: true, virtualId: virtual.virtualId, charged: 0n, served: 0, length: LENGTH })
    await reader(reply).until(LENGTH)
    const end = decodePaymentResponse(reply.trailer?.()[PAYMENT_RESPONSE] ?? '')
    const total = owedFor(PRICE, LENGTH)
    expect(end).toMatchObject({ charged: total, paid: total, served: LENGTH })
    const head = await s.gate.serve(request(header, 'HEAD'), resource)
    expect(decodePaymentResponse(head.headers.get(PAYMENT_RESPONSE) ?? '')).toEqual(end)
    expect(head.body).toBeUndefined()
  })

  it('gives up when no payment comes in time, having served the window and no more', async () => {
    const s = setup()
    const { header } = await opened(s)
    const body = reader(await s.gate.serve(request(header), resource))
    await body.until(WINDOW + 3)
    const next = body.next()
    await s.timers.armed()
    s.timers.fire()
    await rejectCode(next, 'PAYMENT_TIMEOUT')
    expect(body.got.length).toBe(WINDOW + 3)
  })

  it('ends the body when V expires', async () => {
    const s = setup()
    const { header, virtual } = await opened(s)
    const body = reader(await s.gate.serve(request(header), resource))
    await body.until(WINDOW + 3)
    const next = body.next()
    s.payments.expire(virtual.virtualId)
    await rejectCode(next, 'TEST_REFUSED')
  })

  it('ends the body when the client goes while payment is waited for', async () => {
    const s = setup()
    const { header } = await opened(s)
    const gone = new AbortController()
    const body = reader(await s.gate.serve(request(header, 'GET', gone.signal), resource))
    await body.until(WINDOW + 3)
    const next = body.next()
    gone.abort(new Error('gone'))
    await expect(next).rejects.toThrow('gone')
  })

  it('does not wait for what the capacity cannot pay', async () => {
    const s = setup()
    const { header, virtual } = await opened(s, { capacity: 300n })
    await s.payments.payer.pay(virtual.virtualId, 300n)
    const body = reader(await s.gate.serve(request(header), resource))
    await body.until(1000 + WINDOW)
    await rejectCode(body.next(), 'PAYMENT_REFUSED')
  })

  it('answers 402 when no lock stands in time', async () => {
    const s = setup()
    const { header } = await opened(s)
    s.payments.locks(false)
    const reply = s.gate.serve(request(header), resource)
    await s.timers.armed()
    s.timers.fire()
    expect((await reply).status).toBe(402)
    expect(await code(await reply)).toBe('PAYMENT_REFUSED')
  })

  it('bounds how many payments wait for their lock', async () => {
    const s = setup({ maxWaiting: 1 })
    const { header } = await opened(s)
    s.payments.locks(false)
    const first = s.gate.serve(request(header), resource)
    await s.timers.armed()
    expect((await s.gate.serve(request(header), resource)).status).toBe(402)
    s.timers.fire()
    await first
  })
})

describe('payments that do not fit', () => {
  it('refuses a voucher of another V', async () => {
    const s = setup()
    const { offer, virtual } = await opened(s)
    const other = await opened(s)
    const header = paymentHeader(offer, { ...virtual, first: other.virtual.first })
    const reply = await s.gate.serve(request(header), resource)
    expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_REFUSED'])
    expect(reply.headers.get(PAYMENT_REQUIRED)).not.toBeNull()
  })

  it.each([
    ['path', { path: [`0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`] }],
    ['token', { token: `0x${'33'.repeat(20)}` }],
  ] as const)('refuses terms with another %s', async (_, change) => {
    const s = setup()
    const { offer, virtual } = await opened(s)
    const header = paymentHeader(offer, { ...virtual, terms: { ...virtual.terms, ...change } })
    expect(await code(await s.gate.serve(request(header), resource))).toBe('PAYMENT_TERMS')
  })

  it.each([
    ['price', (offer: Offer): Offer => ({ ...offer, price: { amount: 1n, per: 10n } })],
    ['window', (offer: Offer): Offer => ({ ...offer, window: LENGTH })],
    ['network', (offer: Offer): Offer => ({ ...offer, network: 'eip155:1' })],
  ])('refuses an accepted offer with another %s', async (_, change) => {
    const s = setup()
    const { offer, virtual } = await opened(s)
    const reply = await s.gate.serve(request(paymentHeader(change(offer), virtual)), resource)
    expect(await code(reply)).toBe('PAYMENT_OFFER_UNKNOWN')
  })

  it('lets V pay for one resource only, also after a restart', async () => {
    const s = setup({ bindings: memoryBindings() })
    const { header } = await opened(s)
    await reader(await s.gate.serve(request(header), resource)).until(10)
    const other = bytesResource(bytes, 1000, { key: '/other' })
    const changed = bytesResource(bytes, 1000, { etag: '"thing-2"' })
    const restarted = createGate(s.options)
    for (const gate of [s.gate, restarted]) {
      expect(await code(await gate.serve(request(header), other))).toBe('PAYMENT_BOUND')
      expect(await code(await gate.serve(request(header), changed))).toBe('PAYMENT_BOUND')
    }
  })

  it('refuses a voucher whose V is not that of the terms', async () => {
    const s = setup()
    const admit: typeof s.payments.payee.admit = async (...args) => {
      const admission = await s.payments.payee.admit(...args)
      return { ...admission, virtualId: `0x${'77'.repeat(32)}` }
    }
    const gate = createGate({ ...s.options, payee: { ...s.payments.payee, admit } })
    const { header } = await opened(s)
    expect(await code(await gate.serve(request(header), resource))).toBe('PAYMENT_TERMS')
  })

  it('lets nobody go on who knows the terms and not the voucher', async () => {
    const s = setup()
    const { offer, virtual, header } = await opened(s)
    await reader(await s.gate.serve(request(header), resource)).until(10)
    const guessed = { ...virtual, first: { ...virtual.first, signature: `0x${'11'.repeat(65)}` as const } }
    for (const method of ['GET', 'HEAD']) {
      const reply = await s.gate.serve(request(paymentHeader(offer, guessed), method), resource)
      expect(reply.status).toBe(402)
    }
  })

  it('keeps count of a V that the payee has forgotten', async () => {
    const s = setup({ credit: { windows: 1, share: 1 } })
    let isForgotten = false
    const admit: typeof s.payments.payee.admit = async (...args) => {
      const admission = await s.payments.payee.admit(...args)
      const accepted = () => (isForgotten ? 0n : admission.accepted())
      return { ...admission, accepted }
    }
    const gate = createGate({ ...s.options, payee: { ...s.payments.payee, admit } })
    const { header, virtual } = await opened(s)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH))
    await reader(await gate.serve(request(header), resource)).until(LENGTH + 1)
    isForgotten = true
    const next = await opened(s)
    const reply = await gate.serve(request(next.header), bytesResource(bytes, 1000, { key: '/next' }))
    expect(reply.status).toBe(200)
  })

  it('keeps the price that V began with', async () => {
    const bindings = memoryBindings()
    const s = setup({ bindings })
    const { header, virtual } = await opened(s)
    await reader(await s.gate.serve(request(header), resource)).until(10)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH))
    const dearer = createGate({ ...s.options, price: { amount: 3000n, per: 10n } })
    const body = reader(await dearer.serve(request(header), resource))
    await body.until(LENGTH)
    expect(body.got.length).toBe(LENGTH)
  })
})

describe('resuming', () => {
  const ranged = (header: Record<string, string>, start: number) => ({
    ...header,
    Range: `bytes=${start}-`,
    'If-Range': resource.etag,
  })

  it('goes on at any byte on the same V, and charges nothing twice', async () => {
    const s = setup()
    const { header, virtual } = await opened(s)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, 4000))
    const first = reader(await s.gate.serve(request(header), resource))
    await first.until(5000)
    const reply = await s.gate.serve(request(ranged(header, 4321)), resource)
    expect([reply.status, reply.headers.get('Content-Range')]).toEqual([206, `bytes 4321-9999/${LENGTH}`])
    const second = reader(reply)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH))
    await second.until(LENGTH - 4321)
    expect(second.got.equals(bytes.subarray(4321))).toBe(true)
    const settled = decodePaymentResponse(reply.trailer?.()[PAYMENT_RESPONSE] ?? '')
    expect(settled).toMatchObject({ charged: owedFor(PRICE, LENGTH), paid: owedFor(PRICE, LENGTH) })
  })

  it('ends the older body when a newer one takes over', async () => {
    const s = setup()
    const { header } = await opened(s)
    const first = reader(await s.gate.serve(request(header), resource))
    await first.until(WINDOW + 3)
    const stuck = first.next()
    const second = reader(await s.gate.serve(request(ranged(header, 100)), resource))
    await second.until(1)
    await rejectCode(stuck, 'PAYMENT_SUPERSEDED')
  })

  it('answers 402 to a range beyond what is paid for and the window', async () => {
    const s = setup()
    const { header } = await opened(s)
    await s.gate.serve(request(header), resource)
    const reply = await s.gate.serve(request(ranged(header, WINDOW + 4)), resource)
    expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_AHEAD'])
  })

  it('lets V pay from where its first request began, and for nothing before', async () => {
    const s = setup()
    const { header, virtual } = await opened(s)
    const reply = await s.gate.serve(request(ranged(header, 6000)), resource)
    const body = reader(reply)
    await body.until(WINDOW + 3)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH - 6000))
    await body.until(LENGTH - 6000)
    expect(body.got.equals(bytes.subarray(6000))).toBe(true)
    const settled = decodePaymentResponse(reply.trailer?.()[PAYMENT_RESPONSE] ?? '')
    expect(settled).toMatchObject({ charged: owedFor(PRICE, LENGTH - 6000), served: LENGTH })
    const before = await s.gate.serve(request(ranged(header, 5999)), resource)
    expect([before.status, await code(before)]).toEqual([402, 'PAYMENT_BEFORE'])
  })

  it('gives one V no second window by ranges, whatever it asks', async () => {
    const s = setup()
    const { header } = await opened(s)
    let highest = 0
    for (let i = 0; i < 20; i++) {
      const reply = await s.gate.serve(request(ranged(header, highest)), resource)
      if (reply.status !== 206) break
      const body = reader(reply)
      const target = Math.min(WINDOW + 3 - highest, 700)
      if (target <= 0) break
      await body.until(target)
      highest += body.got.length
    }
    expect(highest).toBeLessThanOrEqual(WINDOW + 3)
  })

  it('bounds how much is served again', async () => {
    const s = setup({ repeats: { windows: 2, share: 8 } })
    const { header } = await opened(s)
    let served = 0
    for (let i = 0; i < 100; i++) {
      const reply = await s.gate.serve(request(header), resource)
      if (reply.status !== 200) {
        expect(await code(reply)).toBe('PAYMENT_REPEATS')
        break
      }
      const body = reader(reply)
      await body.until(WINDOW)
      served += body.got.length
    }
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThanOrEqual(3 * WINDOW + 3)
  })

  it('bounds repeats of requests let in side by side', async () => {
    const s = setup({ repeats: { windows: 1, share: 8 } })
    const { header } = await opened(s)
    await reader(await s.gate.serve(request(header), resource)).until(WINDOW)
    const replies = await Promise.all(Array.from({ length: 10 }, () => s.gate.serve(request(header), resource)))
    let again = 0
    for (const reply of replies) {
      if (reply.status !== 200) continue
      const body = reader(reply)
      await body.until(WINDOW).catch((error) => expect(error.code).toBe('PAYMENT_REPEATS'))
      again += body.got.length
    }
    expect(again).toBeLessThanOrEqual(WINDOW)
  })

  it('after a restart goes on from what is paid for', async () => {
    const s = setup({ bindings: memoryBindings() })
    const { header, virtual } = await opened(s)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, 4000))
    await reader(await s.gate.serve(request(header), resource)).until(5000)
    const restarted = createGate(s.options)
    const reply = await restarted.serve(request(ranged(header, 5000)), resource)
    const body = reader(reply)
    const reached = 4000 + windowAfter(WINDOW, 4000)
    await body.until(reached - 5000)
    expect(body.got.equals(bytes.subarray(5000, reached))).toBe(true)
    const head = await restarted.serve(request(header, 'HEAD'), resource)
    expect(decodePaymentResponse(head.headers.get(PAYMENT_RESPONSE) ?? '')).toMatchObject({ served: reached })
  })

  it('after a restart takes what is paid for as served, so that it is not a free copy', async () => {
    const s = setup({ bindings: memoryBindings(), repeats: { windows: 1, share: 8 } })
    const { header, virtual } = await opened(s)
    await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, 4000))
    await reader(await s.gate.serve(request(header), resource)).until(10)
    const reply = await createGate(s.options).serve(request(header), resource)
    expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_REPEATS'])
  })

  it('sends the whole when If-Range names another version, and 416 outside it', async () => {
    const s = setup()
    const { header } = await opened(s)
    const whole = await s.gate.serve(request({ ...ranged(header, 5), 'If-Range': '"old"' }), resource)
    expect([whole.status, whole.headers.get('Content-Range')]).toEqual([200, null])
    expect((await s.gate.serve(request(ranged(header, LENGTH)), resource)).status).toBe(416)
  })
})

describe('a payer with many virtual channels', () => {
  const credit = { windows: 2, share: 10 }
  const resources = Array.from({ length: 20 }, (_, i) => bytesResource(bytes, 1000, { key: `/thing/${i}` }))

  it('lives on windows only as far as its credit goes, one after another', async () => {
    const s = setup({ credit })
    let served = 0
    for (const each of resources) {
      const { header } = await opened(s)
      const reply = await s.gate.serve(request(header), each)
      if (reply.status !== 200) {
        expect(await code(reply)).toBe('PAYMENT_CREDIT')
        continue
      }
      const gone = reader(reply)
      await gone.until(WINDOW + 3)
      served += gone.got.length
      await gone.leave()
    }
    expect(served).toBeLessThanOrEqual(2 * (WINDOW + 3))
  })

  it('and side by side', async () => {
    const s = setup({ credit })
    const replies = await Promise.all(
      resources.map(async (each) => s.gate.serve(request((await opened(s)).header), each)),
    )
    let served = 0
    for (const reply of replies.filter(({ status }) => status === 200)) {
      const body = reader(reply)
      await body.until(WINDOW).catch((error) => expect(error.code).toBe('PAYMENT_CREDIT'))
      served += body.got.length
    }
    expect(served).toBeLessThanOrEqual(2 * (WINDOW + 3))
  })

  it('counts a body on its way with all that it may still take', async () => {
    const s = setup({ credit: { windows: 1.5, share: 10 } })
    const first = reader(await s.gate.serve(request((await opened(s)).header), resource))
    await first.until(1)
    const reply = await s.gate.serve(request((await opened(s)).header), resources[1] ?? resource)
    expect([reply.status, await code(reply)]).toEqual([402, 'PAYMENT_CREDIT'])
  })

  it('may go on without end as long as it pays', async () => {
    const s = setup({ credit })
    for (const each of resources) {
      const { header, virtual } = await opened(s)
      const body = reader(await s.gate.serve(request(header), each))
      await s.payments.payer.pay(virtual.virtualId, owedFor(PRICE, LENGTH))
      await body.until(LENGTH)
      expect((await body.next()).done).toBe(true)
    }
  })

  it('gets more credit by paying, once for what it paid, and gets credit back by paying its debts', async () => {
    const s = setup({ credit: { windows: 1, share: 10 } })
    const begin = async (i: number) => {
      const { header, virtual } = await opened(s)
      const reply = await s.gate.serve(request(header), resources[i] ?? resource)
      return { reply, header, id: virtual.virtualId }
    }
    const first = await begin(0)
    const body = reader(first.reply)
    await body.until(WINDOW)
    expect((await begin(1)).reply.status).toBe(402)
    await s.payments.payer.pay(first.id, owedFor(PRICE, LENGTH))
    await body.until(LENGTH)
    await body.leave()
    // Whoever asks again for what is paid for gets no new credit by it.
    const other = await begin(1)
    await s.payments.payer.pay(other.id, owedFor(PRICE, 1))
    for (let i = 0; i < 50; i++) {
      await s.gate.serve(request(other.header), resources[1] ?? resource)
      await s.gate.serve(request(first.header), resources[0] ?? resource)
    }
    const second = reader((await begin(2)).reply)
    await second.until(WINDOW)
    await second.leave()
    // A window and a tenth of what was paid for is not two windows.
    expect((await begin(3)).reply.status).toBe(402)
  })

  it('does not lend to one what another owes', async () => {
    const s = setup({ credit: { windows: 1, share: 10 } })
    const first = await opened(s)
    await reader(await s.gate.serve(request(first.header), resource)).until(WINDOW)
    const second = await opened(s)
    const stranger = `0x${'99'.repeat(20)}` as const
    const terms = { ...second.virtual.terms, path: [stranger, ...second.virtual.terms.path.slice(1)] }
    const header = paymentHeader(second.offer, { ...second.virtual, terms })
    expect((await s.gate.serve(request(header), resources[1] ?? resource)).status).toBe(200)
  })

  it('names no more hubs than a header holds', async () => {
    const s = setup()
    const hubs = () => Array.from({ length: 200 }, () => ({ signer: s.payments.payee.signer }))
    const gate = createGate({ ...s.options, payee: { ...s.payments.payee, hubs } })
    expect((await offered(gate)).hubs.length).toBe(16)
  })
})
