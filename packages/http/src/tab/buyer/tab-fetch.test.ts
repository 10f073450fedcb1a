import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { rejectCode } from '../../testing/expect-code.ts'
import { keysOf, memoryPayments, PAYEE_SIGNER, PAYER_SIGNER } from '../../testing/memory-payments.ts'
import type { Pricing } from '../payee/route.ts'
import { memoryRecords } from '../records.ts'
import type { PaidHandler } from '../seller/run-call.ts'
import { createSeller } from '../seller/seller.ts'
import type { SellerOptions } from '../seller/state.ts'
import { decodeTabAnswer, encodeTabAnswer, standingLines } from '../wire/answer.ts'
import { tabKey } from '../wire/mac.ts'
import type { Receipt } from './context.ts'
import { createTabFetch, type TabFetchOptions } from './tab-fetch.ts'

const CALL: Pricing = { price: [{ unit: 'call', amount: 10n }] }
const URL_HERE = 'http://shop.test/a'

/** What stands between a buyer and a seller: answers by itself, or passes on. */
type Between = (request: Request, pass: (request: Request) => Promise<Response>) => Promise<Response>

interface Setup {
  readonly handler?: PaidHandler
  readonly pricing?: Pricing
  readonly seller?: Partial<SellerOptions>
  readonly buyer?: Partial<TabFetchOptions>
  readonly between?: Between
}

function shop({ handler = () => new Response('thanks'), pricing = CALL, seller, buyer, between }: Setup = {}) {
  const payments = memoryPayments()
  const errors: unknown[] = []
  const receipts: Receipt[] = []
  let runs = 0
  const counted: PaidHandler = (request, call) => {
    runs += 1
    return handler(request, call)
  }
  const onError = (error: unknown) => errors.push(error)
  const startSeller = () =>
    createSeller({ payee: payments.payee, asset: NATIVE_TOKEN, window: 100n, onError, ...seller }).paid(
      counted,
      pricing,
    )
  let serve = startSeller()
  const pass = (request: Request) => serve(request)
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    return between === undefined ? pass(request) : between(request, pass)
  }
  const startBuyer = () => createTabFetch({ payer: payments.payer, fetch, onError, ...buyer })
  const client = startBuyer()
  const get = async (init = {}, url = URL_HERE) =>
    client.fetch(url, { maxAmount: 1_000n, onReceipt: (receipt: Receipt) => receipts.push(receipt), ...init })
  return {
    ...payments,
    client,
    get,
    errors,
    receipts,
    startBuyer,
    runs: () => runs,
    restartSeller: () => {
      serve = startSeller()
    },
  }
}

/** Passes on, and answers the n-th paid request (from 1 on) otherwise. */
function onNth(n: number, otherwise: Between): Between {
  let paid = 0
  return (request, pass) => {
    if (request.headers.get('PAYMENT-SIGNATURE') === null) return pass(request)
    paid += 1
    return paid === n ? otherwise(request, pass) : pass(request)
  }
}

function stream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(source) as ReadableStream<Uint8Array>
}

describe('an answer of something on the way', () => {
  it.each([502, 503, 504])(
    'that is %i after the seller ran the request costs one call, and brings the answer',
    async (status) => {
      const between = onNth(2, async (request, pass) => {
        await (await pass(request)).arrayBuffer()
        return new Response('gateway', { status })
      })
      const here = shop({ between })
      for (let i = 0; i < 3; i++) expect(await (await here.get({ method: 'POST', body: `${i}` })).text()).toBe('thanks')
      await here.client.stop()
      expect([here.runs(), here.payments.at(-1)]).toEqual([3, 30n])
    },
  )

  it('before the seller saw the request costs one call too', async () => {
    const here = shop({ between: onNth(2, async () => new Response('gateway', { status: 502 })) })
    for (let i = 0; i < 3; i++) expect(await (await here.get({ method: 'POST', body: `${i}` })).text()).toBe('thanks')
    await here.client.stop()
    expect([here.runs(), here.payments.at(-1)]).toEqual([3, 30n])
  })

  it('is asked again where the connection broke before or after', async () => {
    const after = onNth(2, async (request, pass) => {
      await (await pass(request)).arrayBuffer()
      throw new TypeError('connection reset')
    })
    const here = shop({ between: after })
    for (let i = 0; i < 3; i++) expect(await (await here.get({ method: 'POST', body: `${i}` })).text()).toBe('thanks')
    await here.client.stop()
    expect([here.runs(), here.payments.at(-1)]).toEqual([3, 30n])
  })

  it('cannot say what was charged: its words are not sealed', async () => {
    const between = onNth(2, async (request, pass) => {
      const { status, headers, body } = await pass(request)
      const header = JSON.parse(atob(headers.get('PAYMENT-RESPONSE') ?? ''))
      header.extra.tab.charged = '90'
      header.extra.tab.total = '100'
      return new Response(body, { status, headers: { ...headers, 'PAYMENT-RESPONSE': btoa(JSON.stringify(header)) } })
    })
    const here = shop({ between })
    for (let i = 0; i < 2; i++) await (await here.get()).text()
    await here.client.stop()
    expect(here.payments.every((total) => total <= 20n)).toBe(true)
  })
})

describe('a body that breaks off', () => {
  it('goes on unseen where the seller has kept the answer', async () => {
    const between = onNth(2, async (request, pass) => {
      const { status, headers, body } = await pass(request)
      return new Response(body === null ? null : stream(cutAfter(body, 1)), { status, headers })
    })
    const here = shop({ between, handler: () => new Response(stream(pieces(4))) })
    for (let i = 0; i < 3; i++) expect(await (await here.get()).text()).toBe('piece 0 piece 1 piece 2 piece 3 ')
    await here.client.stop()
    expect([here.runs(), here.payments.at(-1)]).toEqual([3, 30n])
  })

  it('is not charged where the seller failed', async () => {
    const here = shop({
      handler: () => new Response(stream(failing(2))),
      pricing: { price: [{ unit: 'byte', amount: 1n }] },
    })
    const response = await here.get()
    await rejectCode(response.text(), 'CALL_CUT')
    await here.client.stop()
    expect(here.receipts).toMatchObject([{ charged: 0n }])
  })

  it('is charged what was on the way where its reader stops, as both sides count', async () => {
    const here = shop({
      handler: () => new Response(stream(pieces(40))),
      pricing: { price: [{ unit: 'byte', amount: 1n }] },
    })
    const response = await here.get()
    const reader = response.body?.getReader()
    for (let i = 0; i < 3; i++) await reader?.read()
    await reader?.cancel()
    await expect.poll(() => here.receipts).toHaveLength(1)
    const [first] = here.receipts
    expect(first?.charged).toBeGreaterThanOrEqual(24n)
    expect(first?.charged).toBeLessThanOrEqual(24n + 100n)
    // Nothing is left between the counts: the whole window is there for the next one.
    const again = await here.get()
    expect((await again.arrayBuffer()).byteLength).toBeGreaterThan(0)
    await here.client.stop()
  })

  it('is settled where its caller aborts before the answer', async () => {
    let finish = () => {}
    const handler: PaidHandler = () => new Promise((resolve) => (finish = () => resolve(new Response('late'))))
    const here = shop({ handler })
    // The route is known to be paid.
    const first = here.get()
    await expect.poll(here.runs).toBe(1)
    finish()
    await (await first).text()
    const control = new AbortController()
    const second = here.get({ signal: control.signal })
    await expect.poll(here.runs).toBe(2)
    control.abort()
    await expect(second).rejects.toThrow()
    finish()
    await expect.poll(() => here.receipts).toHaveLength(2)
    await here.client.stop()
    // It was run and answered: only the seller's own failure would void it.
    expect(here.receipts.map(({ charged }) => charged)).toEqual([10n, 10n])
    expect(here.payments.at(-1)).toBe(20n)
  })
})

describe('a seller that cheats', () => {
  it('is paid what arrived, and no more than a window beyond it is ever signed', async () => {
    // Says of every stream that it counted a hundred times what came.
    const handler: PaidHandler = (_request, call) =>
      new Response(
        stream(
          (async function* () {
            for (let i = 0; i < 50; i++) {
              await call.count('token', 50)
              yield new Uint8Array(1)
            }
          })(),
        ),
      )
    const here = shop({ handler, pricing: { price: [{ unit: 'token', amount: 1n }] } })
    const response = await here.get({ maxAmount: 200n })
    await expect(response.text()).rejects.toThrow()
    await here.client.stop()
    expect(here.payments.every((total) => total <= 200n)).toBe(true)
  })

  it('is left where its count runs away, and paid what arrived', async () => {
    const between = onNth(3, async (request, pass) => {
      const { status, headers, body } = await pass(request)
      const told = decodeTabAnswer(headers.get('PAYMENT-RESPONSE') ?? '')
      if (told.standing === undefined) throw new Error('the seller tells where the tab stands')
      const standing = { ...told.standing, total: 30n + 101n }
      const key = tabKey(keysOf(PAYEE_SIGNER), keysOf(PAYER_SIGNER).publicKey, PAYER_SIGNER, standing.virtualId)
      const mac = key?.mac(standingLines(standing, false)) ?? '0x'
      const answer = encodeTabAnswer({ ...told, standing, mac })
      return new Response(body, { status, headers: { ...headers, 'PAYMENT-RESPONSE': answer } })
    })
    const here = shop({ between })
    for (let i = 0; i < 2; i++) await (await here.get()).text()
    await rejectCode(here.get(), 'TAB_COUNT_APART')
    await expect.poll(() => here.receipts).toHaveLength(3)
    await (await here.get()).text()
    await here.client.stop()
    expect(here.opened).toHaveLength(2)
    expect(here.payments.every((total) => total <= 30n)).toBe(true)
  })
})

describe('a seller that starts again', () => {
  it('goes on with the same tab for requests that are safe to ask twice', async () => {
    const records = memoryRecords()
    const here = shop({ seller: { records } })
    await (await here.get()).text()
    here.restartSeller()
    expect(await (await here.get()).text()).toBe('thanks')
    await here.client.stop()
    expect([here.opened.length, here.payments.at(-1)]).toEqual([1, 20n])
  })

  it('does not have an unsafe request run twice', async () => {
    const here = shop({
      seller: { records: memoryRecords() },
      between: onNth(2, async (request, pass) => {
        await (await pass(request)).arrayBuffer()
        here.restartSeller()
        throw new TypeError('connection reset')
      }),
    })
    await (await here.get({ method: 'POST' })).text()
    const lost = here.get({ method: 'POST' })
    // What was recorded tells that it was run, or nobody knows.
    await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/^(CALL_OUTCOME_UNKNOWN|SELLER_REFUSED)$/) })
    expect(here.runs()).toBe(2)
    await here.client.stop()
  })
})

describe('a buyer that starts again', () => {
  it('goes on with its tab, and pays nothing twice', async () => {
    const records = { ...memoryRecords(), isDurable: true }
    const here = shop({ buyer: { records } })
    await (await here.get()).text()
    await here.client.stop()
    const again = here.startBuyer()
    await (await again.fetch(URL_HERE, { maxAmount: 1_000n })).text()
    await again.stop()
    expect([here.opened.length, here.payments.at(-1), here.closed]).toEqual([1, 20n, []])
  })

  it('goes on paying for a stream on a tab that is closed once the stream is over', async () => {
    const handler: PaidHandler = () => new Response(stream(pieces(100)))
    const here = shop({ handler, pricing: { price: [{ unit: 'byte', amount: 1n }] } })
    const response = await here.get()
    const reader = response.body?.getReader()
    await reader?.read()
    const closing = here.client.closeTabs()
    let length = 8
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      length += piece.value.length
    await closing
    expect(here.payments.at(-1)).toBe(BigInt(length))
    await expect.poll(() => here.closed).toHaveLength(1)
    await here.client.stop()
  })

  it('closes its tabs where nothing is kept, and gets the rest back', async () => {
    const here = shop()
    await (await here.get()).text()
    await here.client.stop()
    expect(here.closed).toHaveLength(1)
  })
})

describe('spending rules', () => {
  it('hold most a request, a payee, an hour and a day, and say what is left', async () => {
    let now = 1_700_000_000_000
    const rules = { request: 10n, hour: 25n, day: 45n }
    const here = shop({ buyer: { rules, now: () => now } })
    for (let i = 0; i < 2; i++) await (await here.get()).text()
    const refused = await rejectCode(here.get(), 'SPENDING_RULE')
    expect(refused.details).toMatchObject({ rule: 'hour', wanted: 10n, left: 5n })
    now += 3_600_000
    for (let i = 0; i < 2; i++) await (await here.get()).text()
    now += 3_600_000
    const daily = await rejectCode(here.get(), 'SPENDING_RULE')
    expect(daily.details).toMatchObject({ rule: 'day', left: 5n })
    now += 86_400_000
    await (await here.get()).text()
    // No tab could have paid more than the rules left when it was opened.
    expect(here.opened.every(({ capacity }) => capacity <= 45n)).toBe(true)
    await here.client.stop()
    expect(here.runs()).toBe(5)
  })

  it('count side by side requests before they are sent', async () => {
    const here = shop({ buyer: { rules: { request: 10n, hour: 30n } }, seller: { window: 1_000n } })
    await (await here.get()).text()
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => here.get().then((response) => response.text())),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    await here.client.stop()
  })

  it('name who may be paid, and ask above a limit', async () => {
    const asked: bigint[] = []
    const ask = async ({ amount }: { amount: bigint }) => {
      asked.push(amount)
      return false
    }
    const stranger = shop({ buyer: { rules: { payees: [`0x${'77'.repeat(20)}`] } } })
    await rejectCode(stranger.get(), 'PAYEE_NOT_ALLOWED')
    const dear = shop({ buyer: { rules: { payees: [PAYEE_SIGNER], approve: { above: 9n, ask } } } })
    await rejectCode(dear.get(), 'SPENDING_REFUSED')
    expect(asked).toEqual([10n])
    expect([stranger.opened, dear.opened]).toEqual([[], []])
  })

  it('refuse what has no limit, and what costs more than its limit', async () => {
    const here = shop()
    await rejectCode(here.client.fetch(URL_HERE), 'SPENDING_UNLIMITED')
    await rejectCode(here.get({ maxAmount: 9n }), 'OFFER_AMOUNT')
    expect(here.opened).toEqual([])
  })

  it('are kept over a restart', async () => {
    const records = { ...memoryRecords(), isDurable: true }
    const here = shop({ buyer: { records, rules: { request: 10n, day: 15n } } })
    await (await here.get()).text()
    await here.client.stop()
    await rejectCode(here.startBuyer().fetch(URL_HERE), 'SPENDING_RULE')
  })
})

describe('a fetch that pays', () => {
  it('gives answers that ask no payment as they are', async () => {
    const here = shop({ between: async () => new Response('free', { status: 203, headers: { 'X-One': '1' } }) })
    const response = await here.get()
    expect([response.status, response.headers.get('X-One'), await response.text()]).toEqual([203, '1', 'free'])
    expect(here.opened).toEqual([])
  })

  it('gives uncharged answers of the seller as they are', async () => {
    const here = shop({ handler: () => new Response('nothing here', { status: 404 }) })
    const response = await here.get()
    expect([response.status, await response.text()]).toEqual([404, 'nothing here'])
    await here.client.stop()
    expect(here.receipts).toMatchObject([{ charged: 0n }])
  })

  it('runs a request once under the id that it was given', async () => {
    const here = shop()
    const headers = { 'Idempotency-Key': 'order-1' }
    for (let i = 0; i < 3; i++) expect(await (await here.get({ method: 'POST', headers })).text()).toBe('thanks')
    await here.client.stop()
    expect([here.runs(), here.payments.at(-1)]).toEqual([1, 10n])
  })

  it('takes another price than it knew if it suits, and another tab when one is used up', async () => {
    let amount = 10n
    const pricing: Pricing = () => ({ price: [{ unit: 'call', amount }] })
    const here = shop({ pricing, seller: { window: 10_000n } })
    await (await here.get()).text()
    amount = 400n
    await (await here.get()).text()
    await rejectCode(here.get({ maxAmount: 399n }), 'OFFER_AMOUNT')
    for (let i = 0; i < 3; i++) await (await here.get()).text()
    await here.client.stop()
    expect(here.receipts.map(({ charged }) => charged)).toEqual([10n, 400n, 400n, 400n, 400n])
  })

  it('opens another tab at once when a hub declines one, and gives up after three', async () => {
    const payments = memoryPayments()
    const serve = createSeller({ payee: payments.payee, asset: NATIVE_TOKEN, window: 100n }).paid(
      () => new Response('thanks'),
      CALL,
    )
    const fetch: typeof globalThis.fetch = async (input, init) => serve(new Request(input, init))
    let declines = 1
    payments.locks(false)
    const payer = {
      ...payments.payer,
      onDeclined: (_: string, declined: (code: string) => void) => {
        if (declines > 0) queueMicrotask(() => declined('FEE_LOW'))
        else payments.locks(true)
        declines -= 1
        return () => {}
      },
    }
    const client = createTabFetch({ payer, fetch })
    expect(await (await client.fetch(URL_HERE, { maxAmount: 50n })).text()).toBe('thanks')
    expect(payments.opened).toHaveLength(2)
    await client.closeTabs()
    declines = 99
    payments.locks(false)
    const error = await rejectCode(client.fetch(URL_HERE, { maxAmount: 50n }), 'TAB_DECLINED')
    expect(error.details).toMatchObject({ code: 'FEE_LOW' })
    expect(payments.opened).toHaveLength(5)
    await client.stop()
  })

  it('follows redirects to what is paid there', async () => {
    const handler: PaidHandler = (request) =>
      new URL(request.url).pathname === '/b'
        ? new Response('arrived')
        : new Response(null, { status: 307, headers: { Location: '/b' } })
    const here = shop({ handler })
    const response = await here.get()
    expect([response.url, await response.text()]).toEqual(['http://shop.test/b', 'arrived'])
    await here.client.stop()
    expect(here.payments.at(-1)).toBe(10n)
  })
})

async function* pieces(count: number) {
  for (let i = 0; i < count; i++) yield new TextEncoder().encode(`piece ${i} `)
}

async function* failing(count: number) {
  yield* pieces(count)
  throw new Error('the source broke')
}

async function* cutAfter(body: ReadableStream<Uint8Array>, count: number) {
  const reader = body.getReader()
  for (let i = 0; i < count; i++) yield (await reader.read()).value ?? new Uint8Array(0)
  await reader.cancel()
  throw new TypeError('connection reset')
}
