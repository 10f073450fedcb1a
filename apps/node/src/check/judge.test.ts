import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeListener } from '@sluice/http/node'
import { createSeller, describeSeller, type FetchHandler, withCors } from '@sluice/http/sell'
import { memoryPayments } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { judgeSeller } from './judge.ts'
import { probeSeller } from './probe.ts'

/** What is found of a handler, but for what is good. */
async function found(handler: FetchHandler, method = 'GET') {
  const server = createServer(toNodeListener(handler)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`
    const findings = judgeSeller(await probeSeller(url, method, 5_000, new AbortController().signal))
    return { all: findings, ill: findings.filter(({ verdict }) => verdict !== 'good') }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function seller(changes: { url?: string; hubs?: () => [] } = {}): FetchHandler {
  const payee = { ...memoryPayments().payee, url: 'ws://127.0.0.1:7001', ...(changes.hubs && { hubs: changes.hubs }) }
  const pricing = { price: [{ unit: 'call', amount: 1n }] }
  const { url } = changes
  const paid = createSeller({ payee, asset: NATIVE_TOKEN, window: 10n, ...(url !== undefined && { url }) }).paid(
    () => new Response('thanks'),
    pricing,
  )
  const routes = [{ path: '/a', cost: pricing }]
  return async (request) =>
    new URL(request.url).pathname === '/.well-known/sluice'
      ? Response.json(describeSeller({ payee, asset: NATIVE_TOKEN, window: 10n, url: 'http://x', routes }))
      : paid(request)
}

it('finds nothing to do at a seller that is set up well, but that others pay otherwise', async () => {
  const { all, ill } = await found(withCors(seller()))
  expect(ill).toEqual([
    { reader: 'x402 clients', verdict: 'poor', text: 'only those that know the scheme sluice can pay' },
  ])
  expect(new Set(all.map(({ reader }) => reader))).toEqual(
    new Set(['everybody', 'x402 clients', 'Sluice clients', 'browsers', 'caches']),
  )
})

it.each<[string, FetchHandler, string]>([
  ['asks no payment', async () => new Response('free'), 'asks no payment'],
  ['redirects', async () => new Response(null, { status: 302, headers: { Location: '/b' } }), 'redirects to /b'],
  ['says nothing of what it wants', async () => new Response(null, { status: 402 }), 'without the header'],
  [
    'speaks no JSON',
    async () => new Response(null, { status: 402, headers: { 'PAYMENT-REQUIRED': '!' } }),
    'no JSON in base64',
  ],
  ['is reached over no hub', withCors(seller({ hubs: () => [] })), 'over no hub'],
  ['names another address', withCors(seller({ url: 'https://elsewhere.example' })), 'names https://elsewhere.example'],
  ['lets no page buy', seller(), 'pages of other origins can not pay'],
  [
    'lets its price be kept',
    async (request) => {
      const response = await seller()(request)
      response.headers.delete('Cache-Control')
      return response
    },
    'a cache may keep',
  ],
])('tells a seller that %s', async (_, handler, text) => {
  const { ill } = await found(handler)
  expect(ill.map((one) => one.text).join('\n')).toContain(text)
})
