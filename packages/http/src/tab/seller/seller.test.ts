import { NATIVE_TOKEN } from '@sluice/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manualTimers } from '../../testing/manual-timers.ts'
import { memoryPayments } from '../../testing/memory-payments.ts'
import { sealedRequests } from '../../testing/sealed-requests.ts'
import type { Pricing } from '../payee/route.ts'
import { memoryRecords } from '../records.ts'
import type { PaidHandler } from './run-call.ts'
import { createSeller } from './seller.ts'
import type { SellerOptions } from './state.ts'

const CALL: Pricing = { price: [{ unit: 'call', amount: 10n }] }
const thanks: PaidHandler = () => new Response('thanks')

function shop(handler: PaidHandler = thanks, pricing: Pricing = CALL, changes: Partial<SellerOptions> = {}) {
  const payments = memoryPayments()
  const timers = manualTimers()
  const errors: unknown[] = []
  let runs = 0
  const counted: PaidHandler = (request, call) => {
    runs += 1
    return handler(request, call)
  }
  const options: SellerOptions = {
    payee: payments.payee,
    asset: NATIVE_TOKEN,
    window: 100n,
    timers,
    onError: (error) => errors.push(error),
    ...changes,
  }
  const start = () => createSeller(options).paid(counted, pricing)
  return { payments, timers, errors, options, runs: () => runs, start, serve: start() }
}

describe('a request on a tab', () => {
  it('is refused and not run without the seal of its payer, and whatever else is changed', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    const stolen = client.request({ id: 'stolen' }, { method: 'POST', body: 'one' })
    const header = stolen.headers.get('PAYMENT-SIGNATURE') ?? ''
    const replays: [string, Request][] = [
      ['another body', new Request(stolen.url, { method: 'POST', body: 'two', headers: stolen.headers })],
      ['another path', new Request('http://shop.test/b', { method: 'POST', body: 'one', headers: stolen.headers })],
      ['a query', new Request(`${stolen.url}?x`, { method: 'POST', body: 'one', headers: stolen.headers })],
      ['another method', new Request(stolen.url, { method: 'PUT', body: 'one', headers: stolen.headers })],
    ]
    const said = JSON.parse(atob(header)) as { payload: { tab: Record<string, unknown> } }
    const others = { id: 'x', time: 9, settled: 5, epoch: 'e', price: `0x${'11'.repeat(16)}`, limit: '9', kind: 'ask' }
    for (const [name, value] of Object.entries(others)) {
      const tab = { ...said.payload.tab, [name]: value }
      const changed = btoa(JSON.stringify({ ...said, payload: { tab } }))
      const headers = { 'PAYMENT-SIGNATURE': changed }
      replays.push([name, new Request(stolen.url, { method: 'POST', body: 'one', headers })])
    }
    const voucher = { amount: '900', signature: client.virtual.first.signature }
    const paying = btoa(JSON.stringify({ ...said, payload: { tab: { ...said.payload.tab, voucher } } }))
    const headers = { 'PAYMENT-SIGNATURE': paying }
    replays.push(['voucher', new Request(stolen.url, { method: 'POST', body: 'one', headers })])
    for (const [name, request] of replays) {
      const response = await serve(request)
      expect(response.status, name).toBe(401)
      expect(await response.json(), name).toMatchObject({ code: 'TAB_SEAL' })
    }
    expect(runs()).toBe(0)
    expect((await serve(stolen)).status).toBe(200)
    expect(runs()).toBe(1)
  })

  it("is refused with a public key that is not the payer's", async () => {
    const { payments, serve, runs } = shop()
    const thief = await sealedRequests(payments, serve, { signer: `0x${'66'.repeat(20)}` })
    expect(await thief.ask()).toMatchObject({ code: 'TAB_SEAL', response: { status: 401 } })
    expect(runs()).toBe(0)
  })

  it('is run and charged once under its id, and answered again', async () => {
    const { payments, serve, runs } = shop(async (request) => new Response(`${await request.text()}!`))
    const client = await sealedRequests(payments, serve)
    const post = { method: 'POST', body: 'hello' }
    for (let i = 0; i < 3; i++) {
      const { response, answer } = await client.ask({ id: 'one', time: 5 }, post)
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('hello!')
      expect(answer?.standing).toMatchObject({ charged: 10n, total: 10n })
    }
    expect(runs()).toBe(1)
    expect(await client.ask({ id: 'one', time: 5 }, { ...post, body: 'other' })).toMatchObject({
      code: 'CALL_ID_REUSED',
      response: { status: 422 },
    })
    expect(runs()).toBe(1)
  })

  it('is under way once, however often it is asked at once', async () => {
    let finish = (_response: Response) => {}
    const { payments, serve, runs } = shop(() => new Promise<Response>((resolve) => (finish = resolve)))
    const client = await sealedRequests(payments, serve)
    const first = client.ask({ id: 'one', time: 5 })
    await expect.poll(runs).toBe(1)
    expect(await client.ask({ id: 'one', time: 5 })).toMatchObject({ code: 'CALL_RUNNING', response: { status: 409 } })
    finish(new Response('done'))
    expect((await first).response.status).toBe(200)
    expect(runs()).toBe(1)
  })

  it('says so where the answer is not kept any more, or was too long to be kept', async () => {
    const { payments, serve } = shop(() => new Response('x'.repeat(2000)), CALL, { kept: { each: 1000 } })
    const client = await sealedRequests(payments, serve)
    await (await client.ask({ id: 'long', time: 5 })).response.text()
    const again = await client.ask({ id: 'long', time: 5 })
    expect(again).toMatchObject({ code: 'CALL_ANSWER_GONE', response: { status: 410 } })
    expect(again.answer?.standing).toMatchObject({ state: 'done', charged: 10n })
  })

  it('is refused once its payer has settled all before it', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    await (await client.ask({ id: 'old', time: 5 })).response.text()
    await client.ask({ id: 'new', time: 9, settled: 9 })
    const again = await client.ask({ id: 'old', time: 5 })
    expect(again).toMatchObject({ code: 'CALL_SETTLED', response: { status: 409 } })
    expect(again.answer?.standing?.settled).toBe(9)
    expect(runs()).toBe(2)
  })

  it('is not run any more once its outcome was asked before it came', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    await client.ask()
    const asked = await client.ask({ id: 'late', time: 5, kind: 'ask' })
    expect(asked.answer?.standing).toMatchObject({ state: 'none', charged: 0n, total: 10n })
    expect(await client.ask({ id: 'late', time: 5 })).toMatchObject({ code: 'CALL_SETTLED' })
    expect(runs()).toBe(1)
  })

  it('is refused at another price than it agrees to, with the price of now, and free', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    const { response, code } = await client.ask({ price: `0x${'00'.repeat(16)}` })
    expect([response.status, code]).toEqual([402, 'TAB_PRICE'])
    expect(response.headers.get('PAYMENT-REQUIRED')).not.toBeNull()
    expect(runs()).toBe(0)
  })

  it('is refused where its call costs more than its limit', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    expect(await client.ask({ limit: 9n })).toMatchObject({ code: 'CALL_LIMIT', response: { status: 402 } })
    expect(runs()).toBe(0)
    expect((await client.ask({ limit: 10n })).response.status).toBe(200)
  })

  it('is refused beyond the capacity, and without a tab that is known', async () => {
    const { payments, serve, runs } = shop()
    const small = await sealedRequests(payments, serve, { capacity: 15n })
    expect((await small.ask()).response.status).toBe(200)
    expect(await small.ask()).toMatchObject({ code: 'TAB_SPENT' })
    const other = await sealedRequests(payments, serve)
    const { opening: _, ...rest } = { opening: undefined }
    const unknown = other.request(rest)
    const said = JSON.parse(atob(unknown.headers.get('PAYMENT-SIGNATURE') ?? ''))
    said.payload.tab.open = undefined
    const headers = { 'PAYMENT-SIGNATURE': btoa(JSON.stringify(said)) }
    const response = await serve(new Request(unknown.url, { headers }))
    expect(await response.json()).toMatchObject({ code: 'TAB_UNKNOWN' })
    expect(runs()).toBe(1)
  })

  it.each([
    ['body', 413, 'CALL_BODY_OVERSIZE'],
    ['unsettled', 402, 'TAB_IDS'],
    ['uncharged', 402, 'TAB_FAILURES'],
  ])('is refused beyond the bounds: %s', async (which, status, code) => {
    const handler: PaidHandler = () => new Response('no', { status: which === 'uncharged' ? 404 : 200 })
    const { payments, serve } = shop(handler, CALL, {
      maxBody: 10,
      maxIds: which === 'unsettled' ? 3 : 10,
      freeAnswers: 3,
    })
    const client = await sealedRequests(payments, serve)
    for (let i = 0; i < 3; i++) await (await client.ask()).response.text()
    const body = which === 'body' ? { method: 'POST', body: 'x'.repeat(11) } : {}
    const refused = await client.ask({}, body)
    expect([refused.response.status, ((await refused.response.json()) as { code: string }).code]).toEqual([
      status,
      code,
    ])
  })
})

describe('a malformed payment', () => {
  it('gets one typed refusal, and is not run', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    const good = client.request().headers.get('PAYMENT-SIGNATURE') ?? ''
    const said = JSON.parse(atob(good)) as { payload: { tab: Record<string, unknown> } }
    const names = ['virtualId', 'id', 'time', 'settled', 'epoch', 'price', 'limit', 'voucher', 'open', 'mac']
    const wrong = [null, -1, 1.5, '', '0x', [], {}, 'x'.repeat(200), '\u0000', true, 1e300]
    const headers = ['', 'x', '!!!!', btoa('[]'), btoa('null'), btoa('{}'), 'A'.repeat(9000)]
    for (const name of names) {
      for (const value of wrong) {
        const tab = { ...said.payload.tab, [name]: value }
        headers.push(btoa(JSON.stringify({ ...said, payload: { tab } }).replaceAll(/[^\x20-\x7e]/g, '?')))
      }
    }
    for (const header of headers) {
      const response = await serve(new Request('http://shop.test/a', { headers: { 'PAYMENT-SIGNATURE': header } }))
      expect([400, 401, 402], header).toContain(response.status)
      expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) })
    }
    expect(runs()).toBe(0)
  })

  it('never makes the server throw, whatever it holds', async () => {
    const { payments, serve, runs } = shop()
    const client = await sealedRequests(payments, serve)
    const good = client.request().headers.get('PAYMENT-SIGNATURE') ?? ''
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('tab', 'payload', 'x402Version'),
        async (value, at) => {
          const said = JSON.parse(atob(good))
          if (at === 'tab') said.payload.tab = value
          else said[at] = value
          const bytes = new TextEncoder().encode(JSON.stringify(said))
          const header = btoa(String.fromCharCode(...bytes))
          const response = await serve(new Request('http://shop.test/a', { headers: { 'PAYMENT-SIGNATURE': header } }))
          expect(response.status).toBeGreaterThanOrEqual(400)
        },
      ),
      { numRuns: 300 },
    )
    expect(runs()).toBe(0)
  })
})

describe('what is charged', () => {
  it('is nothing for a handler that throws, for a body that fails, and for statuses that do not charge', async () => {
    const failing = () => ReadableStream.from(failAfter(2)) as ReadableStream<Uint8Array>
    const answers: Record<string, PaidHandler> = {
      throws: () => {
        throw new Error('broken')
      },
      fails: () => new Response(failing()),
      refuses: () => new Response('no', { status: 404 }),
      pays: thanks,
    }
    const { payments, serve, errors } = shop((request, call) => {
      const handler = answers[new URL(request.url).searchParams.get('how') ?? '']
      return handler === undefined ? thanks(request, call) : handler(request, call)
    })
    const client = await sealedRequests(payments, serve)
    const get = (how: string, id: string) => client.ask({ id, time: 5 }, { url: `http://shop.test/a?how=${how}` })
    const thrown = await get('throws', 'a')
    expect([thrown.response.status, thrown.code]).toEqual([500, 'CALL_FAILED'])
    const failed = await get('fails', 'b')
    await expect(failed.response.text()).rejects.toThrow()
    expect(await get('fails', 'b')).toMatchObject({ code: 'CALL_FAILED' })
    expect((await get('refuses', 'c')).answer?.standing).toMatchObject({ charged: 0n, total: 0n })
    expect((await get('pays', 'd')).answer?.standing).toMatchObject({ charged: 10n, total: 10n })
    expect(errors).toHaveLength(2)
  })

  it('stays charged where the client has gone, and the answer is kept for it', async () => {
    const gone = new AbortController()
    const { payments, serve } = shop(() => new Response(ReadableStream.from(pieces(3)) as ReadableStream<Uint8Array>))
    const client = await sealedRequests(payments, serve)
    const { response } = await client.ask({ id: 'cut', time: 5 }, { signal: gone.signal })
    await response.body?.getReader().read()
    gone.abort()
    await expect
      .poll(async () => (await client.ask({ id: 'cut', time: 5, kind: 'ask' })).answer?.standing?.state)
      .toBe('done')
    const again = await client.ask({ id: 'cut', time: 5 })
    expect(await again.response.text()).toBe('piece 0 piece 1 piece 2 ')
    expect(again.answer?.standing).toMatchObject({ charged: 10n, total: 10n })
  })

  it('ends a stream at the limit, which is no failure, whatever the handler makes of it', async () => {
    const handler: PaidHandler = (_request, call) => {
      async function* tokens() {
        try {
          for (;;) {
            await call.count('token', 5)
            yield new Uint8Array(1)
          }
        } catch {
          throw new Error('my own error')
        }
      }
      return new Response(ReadableStream.from(tokens()) as ReadableStream<Uint8Array>)
    }
    const { payments, serve, errors } = shop(handler, { price: [{ unit: 'token', amount: 1n }] })
    const client = await sealedRequests(payments, serve)
    const { response } = await client.ask({ id: 'limited', time: 5, limit: 23n })
    await expect(response.text()).rejects.toThrow()
    const asked = await client.ask({ id: 'limited', time: 5, kind: 'ask' })
    expect(asked.answer?.standing).toMatchObject({ state: 'done', charged: 20n, total: 20n })
    expect(errors).toEqual([])
  })

  it('makes no second piece before the first one was taken', async () => {
    let made = 0
    async function* counting() {
      for (;;) {
        made += 1
        yield new Uint8Array(10)
      }
    }
    const { payments, serve } = shop(
      () => new Response(ReadableStream.from(counting()) as ReadableStream<Uint8Array>),
      {
        price: [{ unit: 'byte', amount: 1n }],
      },
    )
    const client = await sealedRequests(payments, serve)
    const { response } = await client.ask()
    const reader = response.body?.getReader()
    await reader?.read()
    expect(made).toBeLessThanOrEqual(2)
    await reader?.cancel()
  })
})

describe('what is owed', () => {
  it('is never above the window, at any instant, whatever streams, payments and clients do', async () => {
    const units = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
    const step = fc.record({ stream: fc.nat({ max: 3 }), pay: fc.nat({ max: 80 }), clock: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(units, { minLength: 1, maxLength: 4 }),
        fc.array(step, { maxLength: 40 }),
        async (streams, steps) => {
          const handler: PaidHandler = (request, call) => {
            const sizes = streams[Number(new URL(request.url).searchParams.get('n'))] ?? []
            async function* body() {
              for (const size of sizes) {
                await call.count('row', size)
                yield new Uint8Array(size)
              }
            }
            return new Response(ReadableStream.from(body()) as ReadableStream<Uint8Array>)
          }
          const price = [
            { unit: 'call', amount: 3n },
            { unit: 'byte', amount: 1n, per: 7n },
            { unit: 'row', amount: 1n },
            { unit: 'second', amount: 11n },
          ]
          const { payments, serve, timers } = shop(handler, { price }, { loans: { windows: 100, share: 16 } })
          const client = await sealedRequests(payments, serve)
          const { virtualId } = client.virtual
          const readers: (ReadableStreamDefaultReader<Uint8Array> | undefined)[] = []
          const looked = async () => {
            const { answer } = await client.ask({ id: 'look', time: 1, kind: 'ask' })
            const standing = answer?.standing
            if (standing !== undefined) expect(standing.total - standing.paid).toBeLessThanOrEqual(100n)
          }
          for (const [n] of streams.entries()) {
            void client.ask({ id: `s${n}`, time: 5 }, { url: `http://shop.test/a?n=${n}` }).then(({ response }) => {
              readers[n] = response.body?.getReader()
            })
          }
          let paid = 1n
          for (const { stream, pay, clock } of steps) {
            readers[stream]?.read().catch(() => undefined)
            paid += BigInt(pay)
            await payments.payer.pay(virtualId, paid > 10_000n ? 10_000n : paid)
            if (clock) timers.fire(1000)
            await looked()
          }
          for (const reader of readers) reader?.cancel().catch(() => undefined)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is bounded over all tabs of a payer, and what a closed tab owes stays owed', async () => {
    const { payments, serve, runs } = shop(
      thanks,
      { price: [{ unit: 'call', amount: 90n }] },
      {
        loans: { windows: 3, share: 1_000 },
        maxTabs: 1,
      },
    )
    const codes: (string | undefined)[] = []
    for (let i = 0; i < 6; i++) {
      const client = await sealedRequests(payments, serve)
      codes.push((await client.ask()).code)
    }
    // Two windows are owed after two tabs, and a third begins with a whole one.
    expect(codes).toEqual([undefined, undefined, undefined, 'TAB_CREDIT', 'TAB_CREDIT', 'TAB_CREDIT'])
    expect(runs()).toBe(3)
  })

  it('is waited for a bounded time', async () => {
    const { payments, serve, timers } = shop(thanks, { price: [{ unit: 'call', amount: 60n }] })
    const client = await sealedRequests(payments, serve)
    expect((await client.ask()).response.status).toBe(200)
    const second = client.ask()
    await timers.armed()
    timers.fire()
    expect(await second).toMatchObject({ code: 'TAB_DUE', response: { status: 402 } })
    const third = client.ask()
    await payments.payer.pay(client.virtual.virtualId, 60n)
    expect((await third).response.status).toBe(200)
  })
})

describe('a seller that starts again', () => {
  it('remembers what was charged and which ids were used, and runs nothing twice', async () => {
    const records = memoryRecords()
    const { payments, start, runs } = shop(thanks, CALL, { records })
    const before = start()
    const client = await sealedRequests(payments, before)
    await (await client.ask({ id: 'one', time: 5 })).response.text()
    await Promise.resolve()
    const after = start()
    const ask = async (request: Request) => (await (await after(request)).json()) as { code: string }
    expect(await ask(client.request({ id: 'one', time: 5 }))).toMatchObject({ code: 'CALL_ANSWER_GONE' })
    // Begun with a server that is gone: nobody knows whether it was run.
    expect(await ask(client.request({ id: 'two', time: 6 }))).toMatchObject({ code: 'CALL_OUTCOME_UNKNOWN' })
    expect(runs()).toBe(1)
    const again = await sealedRequests(payments, after)
    expect(again.offer.epoch).not.toBe(client.offer.epoch)
    const response = await after(client.request({ id: 'three', time: 7, epoch: again.offer.epoch }))
    expect(await response.text()).toBe('thanks')
    expect(runs()).toBe(2)
  })

  it('counts what a lost tab paid as charged', async () => {
    let now = Date.now()
    const { payments, start, runs } = shop(thanks, CALL, { now: () => now })
    const client = await sealedRequests(payments, start())
    now += 3_600_000
    const after = start()
    const again = await sealedRequests(payments, after)
    await payments.payer.pay(client.virtual.virtualId, 500n)
    const voucher = { amount: 500n, signature: client.virtual.first.signature }
    const response = await after(client.request({ epoch: again.offer.epoch, voucher }))
    expect(response.status).toBe(200)
    const { decodeTabAnswer } = await import('../wire/answer.ts')
    expect(decodeTabAnswer(response.headers.get('PAYMENT-RESPONSE') ?? '').standing).toMatchObject({ total: 510n })
    expect(runs()).toBe(1)
  })
})

async function* pieces(count: number) {
  for (let i = 0; i < count; i++) yield new TextEncoder().encode(`piece ${i} `)
}

async function* failAfter(count: number) {
  yield* pieces(count)
  throw new Error('the source broke')
}

describe('headers', () => {
  const hubs = Array.from({ length: 16 }, (_, i) => ({
    signer: `0x${String(i).padStart(2, '0').repeat(20)}` as const,
    url: `wss://a-hub-with-a-rather-long-name-${i}.example/peers`,
  }))
  const units = ['call', 'byte', 'second', 'prompt-token', 'completion-token', 'row']
  const price = units.map((unit) => ({ unit, amount: 340_282_366_920_938n, per: 1_000_000_007n }))
  /** As a proxy counts them, with what `node:http` adds. */
  const bytesOf = (headers: Headers) =>
    [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 17 + 37 + 24 + 28)

  it('get through a proxy with its usual buffers, also where a refusal says where its tab stands', async () => {
    const { payee } = memoryPayments()
    const shopUrl = `https://shop.example/${'a'.repeat(300)}`
    const many = { payee: { ...payee, hubs: () => hubs }, window: 10n ** 15n, url: shopUrl }
    const { payments, serve, options } = shop(thanks, { price }, many)
    const demanded = await serve(new Request('http://shop.test/a'))
    expect(bytesOf(demanded.headers)).toBeLessThanOrEqual(3_072)
    const own = createSeller({
      ...options,
      payee: { ...payments.payee, hubs: () => hubs },
      url: 'http://shop.test',
    }).paid(thanks, { price })
    const client = await sealedRequests(payments, own, { capacity: 10n ** 16n })
    const changes = { id: 'i'.repeat(64), limit: 10n ** 15n }
    expect(bytesOf(client.request(changes).headers)).toBeLessThanOrEqual(6_144)
    const first = await client.ask(changes)
    await first.response.text()
    expect(first.code).toBeUndefined()
    const refused = await client.ask({ id: 'j'.repeat(64), price: `0x${'00'.repeat(16)}` })
    expect([refused.response.status, refused.code]).toEqual([402, 'TAB_PRICE'])
    expect(refused.response.headers.has('PAYMENT-REQUIRED')).toBe(true)
    expect(bytesOf(refused.response.headers)).toBeLessThanOrEqual(3_072)
    const { accepts } = (await refused.response.json()) as { accepts: { extra: { hubs: unknown[] } }[] }
    expect(accepts[0]?.extra.hubs).toHaveLength(16)
  })

  it('of a price that is too long for them are refused before anything is sold', () => {
    const long = Array.from({ length: 8 }, (_, i) => ({
      unit: `${'u'.repeat(31)}${String.fromCharCode(97 + i)}`,
      amount: 10n ** 30n,
      per: 10n ** 30n,
    }))
    expect(() => shop(thanks, { price: long })).toThrow(expect.objectContaining({ code: 'PRICE_INVALID' }))
  })

  it('name the address that the seller chose', async () => {
    const { serve } = shop(thanks, CALL, { url: 'https://shop.example/api/' })
    const header = (await serve(new Request('http://evil.example/a?b'))).headers.get('PAYMENT-REQUIRED') ?? ''
    expect(JSON.parse(atob(header))).toMatchObject({ resource: { url: 'https://shop.example/api/a?b' } })
  })
})

describe('two sellers of one payee', () => {
  it('do not both deliver for the same payment', async () => {
    const { payee, payer } = memoryPayments()
    const options = { payee, asset: NATIVE_TOKEN, window: 10n }
    const pricing = { price: [{ unit: 'call', amount: 10n }] }
    const [one, other] = [createSeller(options), createSeller(options)].map((seller) =>
      seller.paid(() => new Response('x'), pricing),
    )
    if (one === undefined || other === undefined) throw new Error('no sellers')
    const client = await sealedRequests({ payer }, one)
    expect(
      (await client.ask({ voucher: { amount: 1n, signature: client.virtual.first.signature } })).code,
    ).toBeUndefined()
    const asked = await other(client.request())
    expect(await asked.json()).toMatchObject({ code: 'TAB_REFUSED' })
  })
})
