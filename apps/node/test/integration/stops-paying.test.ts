import { request } from 'node:http'
import { decodePaymentRequired, encodePaymentSignature } from '@sluice/http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRpcClient } from '../../src/rpc/client.ts'
import { readEndpoint } from '../../src/rpc/endpoint.ts'
import { createWorld, type World } from '../harness.ts'
import { createTriangle, price, type Triangle } from '../scenes.ts'

const WINDOW = 1024 * 1024

let world: World
let triangle: Triangle

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 5_000_000, [], ['--payment-timeout', '3s'])
})
afterAll(() => world?.end())

interface Got {
  readonly status: number | undefined
  readonly bytes: number
  readonly required: string | undefined
}

/** Asks and reads until the provider ends or breaks off. */
function ask(url: string, headers: Record<string, string>): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { accept: 'application/vnd.ipld.car', ...headers } }, (response) => {
      let bytes = 0
      const required = response.headers['payment-required']
      const answer = () => resolve({ status: response.statusCode, bytes, required: required?.toString() })
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.once('close', answer).on('error', answer)
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('a client that stops paying was served at most the window more', async () => {
  const { client, hub, url } = triangle
  const { required } = await ask(url, {})
  const offer = decodePaymentRequired(required ?? '').offers[0]
  if (offer === undefined) throw new Error('the provider makes no offer')
  const endpoint = readEndpoint(client.data)
  if (endpoint === undefined) throw new Error('the client does not run')
  const node = createRpcClient(endpoint)
  const first = 1000n
  const opened = await node.call('virtual.open', {
    payee: offer.signer,
    payeeUrl: String(triangle.daemons.provider.ready.peerUrl),
    hubs: [hub.address as `0x${string}`],
    token: offer.asset,
    capacity: offer.amount,
    first,
  })
  await node.close()
  if (opened.first === undefined) throw new Error('there is no first voucher')
  const payment = encodePaymentSignature({ accepted: offer, terms: opened.terms, first: opened.first })
  const { status, bytes } = await ask(url, { 'payment-signature': payment })
  expect(status).toBe(200)
  const paidFor = Number((first * price.per) / price.amount)
  expect(bytes).toBeGreaterThan(0)
  // A window grows by a byte for sixteen that were paid for.
  expect(bytes).toBeLessThanOrEqual(paidFor + WINDOW + Math.floor(paidFor / 16))
})

test('a client without a payment gets nothing', async () => {
  expect(await ask(triangle.url, {})).toMatchObject({ status: 402 })
  expect(await ask(triangle.url, { 'payment-signature': 'bm9uc2Vuc2U=' })).toMatchObject({ status: 400 })
})
