import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { TrustedProxies } from '@sluice/adapters/net'
import { createTabFetch } from '@sluice/http'
import { createSeller, type RouteRule, ruleMatcher, type SellerOptions } from '@sluice/http/sell'
import { memoryPayments } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { createHealth, HEALTH_PATH } from './health.ts'
import type { PriceTable, TableRoute } from './price-table.ts'
import { createProxy, type ProxyOptions } from './proxy.ts'
import { Upstream } from './upstream.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function listening(listener: RequestListener, upgrade?: (...args: never[]) => void): Promise<string> {
  const server = createServer(listener)
  if (upgrade !== undefined) server.on('upgrade', upgrade as () => void)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const CALL: RouteRule['cost'] = { price: [{ unit: 'call', amount: 10n }] }
const BYTES: RouteRule['cost'] = { price: [{ unit: 'byte', amount: 1n, per: 10n }] }

function tableOf(routes: readonly TableRoute[], otherwise: PriceTable['otherwise'] = 'free'): PriceTable {
  const rows = routes.map((route) => ({ route, fits: ruleMatcher(route) }))
  return { routes, otherwise, find: (asked) => rows.find(({ fits }) => fits(asked))?.route }
}

interface Changes {
  readonly table?: PriceTable
  readonly proxy?: Partial<ProxyOptions>
  readonly seller?: Partial<SellerOptions>
  readonly headMs?: number
  readonly silentMs?: number
  readonly upgrade?: (...args: never[]) => void
}

/** A server, a proxy before it, and somebody who buys there. */
async function shop(behind: RequestListener, changes: Changes = {}) {
  const payments = memoryPayments()
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const seller = createSeller({
    payee: payments.payee,
    asset: NATIVE_TOKEN,
    window: 100_000n,
    onError,
    ...changes.seller,
  })
  const url = new URL(await listening(behind, changes.upgrade))
  const upstream = new Upstream({
    url,
    headMs: changes.headMs ?? 5_000,
    silentMs: changes.silentMs ?? 5_000,
    keepsHost: false,
  })
  stops.push(() => upstream.close())
  const health = createHealth({ upstream, probePath: '/', chain: () => 'good', now: () => performance.now() })
  const proxy = createProxy({
    seller,
    upstream,
    table: changes.table ?? tableOf([{ path: '/paid/*', cost: CALL }]),
    proxies: new TrustedProxies([]),
    url: undefined,
    cors: {},
    own: (asked) => (new URL(asked.url).pathname === HEALTH_PATH ? health() : undefined),
    onError,
    ...changes.proxy,
  })
  const origin = await listening(proxy.listener, proxy.upgrade as (...args: never[]) => void)
  const buyer = createTabFetch({ payer: payments.payer, onError })
  stops.push(() => buyer.stop())
  const charges: bigint[] = []
  const buy = (path: string, init: RequestInit & { maxAmount?: bigint } = {}) =>
    buyer.fetch(origin + path, { maxAmount: 10_000n, onReceipt: ({ charged }) => charges.push(charged), ...init })
  return { ...payments, proxy, origin, behind: url, buy, buyer, charges, errors }
}

const echo: RequestListener = (incoming, outgoing) => {
  outgoing.setHeader('X-Url', incoming.url ?? '')
  incoming.pipe(outgoing)
}

describe('a proxy that sells', () => {
  it('asks for what its table prices, hands the rest on, and pays on one tab', async () => {
    const { origin, buy, opened, charges } = await shop(echo)
    expect((await fetch(`${origin}/free?a=b`)).headers.get('X-Url')).toBe('/free?a=b')
    const asked = await fetch(`${origin}/paid/x`)
    expect([asked.status, (await asked.json()) as object]).toMatchObject([402, { code: 'PAYMENT_REQUIRED' }])
    for (const body of ['one', 'two']) {
      const answer = await buy('/paid/x?q=1', { method: 'POST', body })
      expect([answer.headers.get('X-Url'), await answer.text()]).toEqual(['/paid/x?q=1', body])
    }
    expect([opened.length, charges]).toEqual([1, [10n, 10n]])
  })

  it.each([
    '/PAID/x',
    '//paid/x',
    '/p%61id/x',
    '/free/%2e%2e%2f%70aid/x',
    '/paid;a=b/x',
    '/paid/x/',
    '/free/%2e%2e/paid/x',
  ])('is not gone around by another spelling: %s', async (path) => {
    const { origin } = await shop(echo)
    const url = new URL(origin)
    const asked = request({ host: url.hostname, port: url.port, path, agent: false }).end()
    const [answer] = await once(asked, 'response')
    answer.resume()
    expect(answer.statusCode).toBe(402)
  })

  it('refuses what no route is for, where its table says so', async () => {
    const { origin } = await shop(echo, { table: tableOf([{ path: '/paid/*', cost: CALL }], 'refuse') })
    const answer = await fetch(`${origin}/else`)
    expect([answer.status, (await answer.json()) as object]).toMatchObject([404, { code: 'ROUTE_UNPRICED' }])
    const url = new URL(origin)
    const trace = request({ host: url.hostname, port: url.port, method: 'TRACE', agent: false }).end()
    const [refused] = await once(trace, 'response')
    refused.resume()
    expect(refused.statusCode).toBe(405)
  })

  it('passes each event of a stream on before the next one is made', async () => {
    let next = (): void => {}
    const { buy, charges } = await shop((_, outgoing) => {
      outgoing.setHeader('Content-Type', 'text/event-stream')
      outgoing.write('data: 1\n\n')
      next = () => outgoing.end('data: 2\n\n')
    })
    const answer = await buy('/paid/events')
    const reader = answer.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
    next()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 2\n\n')
    expect((await reader?.read())?.done).toBe(true)
    expect(charges).toEqual([10n])
  })

  it('sells ranges by their bytes, and charges nothing for what has none', async () => {
    const film = Buffer.alloc(1_000, 7)
    const table = tableOf([{ path: '/film', cost: BYTES }])
    const { buy, charges } = await shop(
      (incoming, outgoing) => {
        const [, from, to] = /bytes=(\d+)-(\d+)/.exec(String(incoming.headers.range)) ?? []
        if (incoming.headers['if-none-match'] === '"film"') outgoing.writeHead(304, { ETag: '"film"' }).end()
        else if (from === undefined) outgoing.writeHead(200, { 'Content-Length': 1_000 }).end(film)
        else if (Number(from) >= 1_000) outgoing.writeHead(416).end()
        else {
          const part = film.subarray(Number(from), Number(to) + 1)
          const headers = { 'Content-Range': `bytes ${from}-${to}/1000`, 'Content-Length': part.length }
          outgoing.writeHead(206, headers).end(part)
        }
      },
      { table },
    )
    const part = await buy('/film', { headers: { Range: 'bytes=100-299' } })
    expect([part.status, part.headers.get('Content-Range'), (await part.arrayBuffer()).byteLength]).toEqual([
      206,
      'bytes 100-299/1000',
      200,
    ])
    const beyond = await buy('/film', { headers: { Range: 'bytes=5000-6000' } })
    expect([beyond.status, await beyond.text()]).toEqual([416, ''])
    expect((await buy('/film', { headers: { 'If-None-Match': '"film"' } })).status).toBe(304)
    const head = await buy('/film', { method: 'HEAD' })
    expect([head.status, head.headers.get('Content-Length')]).toEqual([200, '1000'])
    expect(charges).toEqual([20n, 0n, 0n, 0n])
  })

  it('takes large bodies: unpaid ones as they come, paid ones within a bound', async () => {
    let most = 0
    const count: RequestListener = async (incoming, outgoing) => {
      let length = 0
      for await (const piece of incoming) length += (piece as Buffer).length
      most = Math.max(most, length)
      outgoing.end(String(length))
    }
    const { origin, buy, charges } = await shop(count, { seller: { maxBody: 100_000 } })
    async function* much() {
      for (let i = 0; i < 64; i++) yield Buffer.alloc(256 * 1024)
    }
    const init = { method: 'POST', body: ReadableStream.from(much()), duplex: 'half' } as RequestInit
    expect(await (await fetch(`${origin}/free`, init)).text()).toBe(String(16 * 1024 * 1024))
    expect(await (await buy('/paid/x', { method: 'POST', body: Buffer.alloc(90_000) })).text()).toBe('90000')
    const tooMuch = buy('/paid/x', { method: 'POST', body: Buffer.alloc(100_001) })
    await expect(tooMuch).rejects.toMatchObject({ code: 'SELLER_REFUSED', details: { code: 'CALL_BODY_OVERSIZE' } })
    expect(charges.slice(0, 1)).toEqual([10n])
    expect(most).toBe(16 * 1024 * 1024)
  })
})

describe('what the server behind fails in costs nothing', () => {
  it('one that is not there', async () => {
    const { buy, charges, proxy, origin } = await shop(echo)
    const gone = await listening(echo)
    await (stops.pop() as () => unknown)()
    const upstream = new Upstream({ url: new URL(gone), headMs: 1_000, silentMs: 1_000, keepsHost: false })
    expect(proxy).toBeDefined()
    expect((await fetch(`${origin}/free`)).status).toBe(200)
    await expect(upstream.forward(new Request(`${gone}/x`), false)).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
    })
    expect((await (await buy('/paid/x')).text()).length).toBe(0)
    expect(charges).toEqual([10n])
  })

  it('one that hangs, one that breaks off, and one that says that it failed', async () => {
    const { buy, charges, errors } = await shop(
      (incoming, outgoing) => {
        if (incoming.url === '/paid/hang') return
        if (incoming.url === '/paid/fails') outgoing.writeHead(503).end('no')
        if (incoming.url === '/paid/garbage') incoming.socket.end('nothing of HTTP\r\n\r\n')
        if (incoming.url === '/paid/stalls') outgoing.write('some')
        if (incoming.url === '/paid/breaks') {
          outgoing.writeHead(200, { 'Content-Length': 100 })
          outgoing.write('some', () => incoming.socket.destroy())
        }
      },
      { headMs: 100, silentMs: 100 },
    )
    const hung = await buy('/paid/hang')
    expect([hung.status, (await hung.json()) as object]).toMatchObject([504, { code: 'UPSTREAM_SILENT' }])
    const failed = await buy('/paid/fails')
    expect([failed.status, await failed.text()]).toEqual([503, 'no'])
    const garbage = await buy('/paid/garbage')
    expect([garbage.status, (await garbage.json()) as object]).toMatchObject([502, { code: 'UPSTREAM_UNREACHABLE' }])
    for (const path of ['/paid/stalls', '/paid/breaks']) {
      await expect(buy(path).then((answer) => answer.text())).rejects.toThrow()
    }
    expect(charges).toEqual([0n, 0n, 0n, 0n, 0n])
    expect(errors.length).toBeGreaterThanOrEqual(4)
  })

  it('one that encodes what is counted', async () => {
    const { buy, charges } = await shop(
      (_, outgoing) => outgoing.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(500))),
      {
        table: tableOf([
          { path: '/film', cost: BYTES },
          { path: '/call', cost: CALL },
        ]),
      },
    )
    expect((await buy('/film')).status).toBe(500)
    const encoded = await buy('/call', { headers: { 'Accept-Encoding': 'gzip' } })
    expect(await encoded.text()).toBe('x'.repeat(500))
    expect(charges).toEqual([0n, 10n])
  })
})

describe('headers', () => {
  const tell: RequestListener = (incoming, outgoing) => {
    outgoing.setHeader('Payment-Response', 'forged')
    outgoing.setHeader('Connection', 'x-secret')
    outgoing.setHeader('X-Secret', 'of this hop')
    outgoing.setHeader('Set-Cookie', ['a=1', 'b=2'])
    outgoing.end(JSON.stringify(incoming.headers))
  }
  const forged = {
    'X-Forwarded-For': '203.0.113.9',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'gopher',
    'X-Original-URL': '/paid/x',
    'X-HTTP-Method-Override': 'DELETE',
    'PAYMENT-SIGNATURE': 'mine',
    Proxy: 'http://evil.example',
  }

  it('of others are believed from trusted proxies alone, and what misleads is taken out', async () => {
    const distrusting = await shop(tell)
    const trusting = await shop(tell, { proxy: { proxies: new TrustedProxies(['127.0.0.1']) } })
    const of = async (origin: string): Promise<IncomingHttpHeaders> =>
      (await (await fetch(`${origin}/free`, { headers: forged })).json()) as IncomingHttpHeaders
    const host = new URL(distrusting.origin).host
    const believed = await of(trusting.origin)
    expect(await of(distrusting.origin)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
      host: distrusting.behind.host,
    })
    expect(believed).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
    })
    for (const name of ['x-original-url', 'x-http-method-override', 'payment-signature', 'proxy']) {
      expect(believed, name).not.toHaveProperty(name)
    }
  })

  it('of an answer keep cookies and lose what is of its connection', async () => {
    const { origin } = await shop(tell)
    const { headers } = await fetch(`${origin}/free`)
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect([headers.get('X-Secret'), headers.get('Payment-Response')]).toEqual([null, null])
  })

  it('name the address that the seller chose, whatever host is asked', async () => {
    const url = 'https://shop.example/api'
    const { origin, buyer } = await shop(tell, { proxy: { url: new URL(url) }, seller: { url } })
    const answer = await fetch(`${origin}/paid/x?q`, { headers: { 'X-Forwarded-Host': 'evil.example' } })
    const required = JSON.parse(atob(answer.headers.get('PAYMENT-REQUIRED') ?? '')) as { resource: { url: string } }
    expect(required.resource.url).toBe('https://shop.example/api/paid/x?q')
    // What stands in front takes the path off; the client seals what it asked for.
    const strips: typeof fetch = (input, init) => fetch(String(input).replace(url, origin), init)
    const bought = await buyer.fetch(`${url}/paid/x`, { maxAmount: 50n, fetch: strips })
    expect(await bought.json()).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' })
  })

  it('are short enough for a proxy with its usual buffers', async () => {
    const hubs = Array.from({ length: 16 }, (_, i) => ({
      signer: `0x${String(i).padStart(2, '0').repeat(20)}` as const,
      url: `wss://a-hub-with-a-rather-long-name-${i}.example/peers`,
    }))
    const units = ['call', 'byte', 'second', 'prompt-token', 'completion-token', 'row']
    const price = units.map((unit) => ({ unit, amount: 340_282_366_920_938n, per: 1_000_000_007n }))
    const { payee } = memoryPayments()
    const { origin } = await shop(tell, {
      table: tableOf([{ path: '/*', cost: { price } }]),
      seller: { payee: { ...payee, hubs: () => hubs }, window: 10n ** 15n },
    })
    const lengthOf = (headers: Headers) =>
      [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 20)
    const unpaid = await fetch(`${origin}/${'a'.repeat(2_000)}`, { headers: { Origin: 'https://page.example' } })
    expect(lengthOf(unpaid.headers)).toBeLessThanOrEqual(3_072)
    const { accepts } = (await unpaid.json()) as { accepts: { extra: { hubs: unknown[] } }[] }
    expect(accepts[0]?.extra.hubs).toHaveLength(16)
  })
})

describe('pages of other origins', () => {
  const from = { Origin: 'https://page.example' }

  it('may ask with what our client and x402 send, and read what is said of the payment', async () => {
    const { origin } = await shop(echo)
    const asked = 'payment-signature, access-control-expose-headers, idempotency-key, x-payment, content-type'
    const preflight = await fetch(`${origin}/paid/x`, {
      method: 'OPTIONS',
      headers: { ...from, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': asked },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toBe('POST')
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe(asked)
    const answer = await fetch(`${origin}/paid/x`, { headers: { ...from, 'Access-Control-Expose-Headers': 'X' } })
    expect(answer.status).toBe(402)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('PAYMENT-REQUIRED, PAYMENT-RESPONSE')
  })

  it('ask the server behind where nothing is priced, or where it answers for itself', async () => {
    const { origin } = await shop((incoming, outgoing) => outgoing.setHeader('X-Method', incoming.method ?? '').end())
    const preflight = { method: 'OPTIONS', headers: { ...from, 'Access-Control-Request-Method': 'GET' } }
    const free = await fetch(`${origin}/free`, preflight)
    expect([free.headers.get('X-Method'), free.headers.get('Access-Control-Allow-Origin')]).toEqual(['OPTIONS', null])
    const plain = await shop(echo, { proxy: { cors: undefined } })
    expect((await fetch(`${plain.origin}/paid/x`, preflight)).headers.has('Access-Control-Allow-Origin')).toBe(false)
    const own = await shop(echo, { proxy: { cors: { origins: ['https://shop.example'] } } })
    expect((await fetch(`${own.origin}/paid/x`, preflight)).headers.has('Access-Control-Allow-Origin')).toBe(false)
  })
})

describe('while a proxy runs', () => {
  it('takes another table without dropping a body', async () => {
    let finish = (): void => {}
    const { buy, proxy, charges, origin } = await shop((_, outgoing) => {
      outgoing.write('begun ')
      finish = () => outgoing.end('whole')
    })
    const old = await buy('/paid/x')
    proxy.use(tableOf([{ path: '/paid/*', cost: { price: [{ unit: 'call', amount: 25n }] } }]))
    finish()
    expect(await old.text()).toBe('begun whole')
    const next = await buy('/paid/x')
    finish()
    expect(await next.text()).toBe('begun whole')
    proxy.use(tableOf([{ path: '/nothing', cost: CALL }]))
    const free = await fetch(`${origin}/paid/x`)
    finish()
    expect([free.status, charges]).toEqual([200, [10n, 25n]])
  })

  it('says whether it is well', async () => {
    let status = 200
    const { origin } = await shop((_, outgoing) => outgoing.writeHead(status).end())
    const well = await fetch(origin + HEALTH_PATH)
    expect([well.status, (await well.json()) as object]).toMatchObject([200, { status: 'ok', chain: 'good' }])
    status = 500
    const upstream = { probe: async () => status }
    let now = 0
    const ask = createHealth({ upstream, probePath: '/', chain: () => 'good', now: () => (now += 2_000) })
    expect((await ask()).status).toBe(503)
    status = 404
    expect((await ask()).status).toBe(200)
    const blind = createHealth({ upstream, probePath: '/', chain: () => 'unreachable', now: () => 0 })
    expect((await blind()).status).toBe(503)
  })

  it('lets WebSockets through where nothing is priced, both ways, and refuses them elsewhere', async () => {
    const { origin } = await shop(echo, {
      upgrade: ((incoming: { url: string }, socket: import('node:net').Socket) => {
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\nX-Url: ${incoming.url}\r\n\r\n`,
        )
        socket.pipe(socket)
      }) as never,
    })
    const open = async (path: string) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      stops.push(() => socket.destroy())
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n`)
      const [head] = (await once(socket, 'data')) as [Buffer]
      return { socket, head: String(head) }
    }
    const free = await open('/free')
    expect(free.head).toContain('101 Switching Protocols')
    expect(free.head).toContain('X-Url: /free')
    free.socket.write('both ways')
    expect(String((await once(free.socket, 'data'))[0])).toBe('both ways')
    const priced = await open('/paid/x')
    let said = priced.head
    priced.socket.on('data', (more) => (said += String(more)))
    if (!priced.socket.closed) await once(priced.socket, 'close')
    expect(said).toContain('402 Payment Required')
    expect(said).toContain('UPGRADE_PRICED')
  })
})
