import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGate } from '@sluice/http'
import { toNodeHandler } from '@sluice/http/node'
import { bytesResource, memoryPayments, serving } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOutput } from '../../cli/output.ts'
import { findProviders, wantsPayment } from './providers.ts'
import { parseTarget } from './target.ts'

let status: number
let url: string
/** Status 0: it never answers. */
const server = createServer((_request, response) => {
  if (status !== 0) response.writeHead(status).end()
})
beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  url = `http://127.0.0.1:${port}/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const told: string[] = []
const context = () => ({
  output: createOutput(
    { out: (text) => told.push(text), err: () => {}, bytes: async () => true, errIsTerminal: false, columns: 80 },
    true,
  ),
  signal: new AbortController().signal,
})

test('a provider that says nothing is waited for as long as was said, and named', async () => {
  status = 0
  const asking = wantsPayment(context(), { target: parseTarget(url), token: NATIVE_TOKEN, timeout: 300 }, false)
  await expect(asking).rejects.toMatchObject({ code: 'PROVIDER_SILENT', details: { url: new URL(url).origin } })
})

test.each([
  [402, false, true],
  [402, true, true],
  [200, true, false],
  [404, false, false],
  [429, true, true],
  [502, true, true],
  [429, false, false],
])('an answer of %d, a payment begun: %s, asks for payment: %s', async (answer, isBegun, wants) => {
  status = answer
  expect(
    await wantsPayment(context(), { target: parseTarget(url), token: NATIVE_TOKEN, timeout: 5_000 }, isBegun),
  ).toBe(wants)
})

const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

async function seller(amount: bigint | undefined) {
  const payments = memoryPayments()
  const gate = createGate({
    payee: payments.payee,
    price: { amount: amount ?? 0n, per: 10n },
    asset: NATIVE_TOKEN,
    window: 10,
  })
  const resource = bytesResource(new Uint8Array(100))
  return serving(toNodeHandler((request) => gate.serve(request, resource)))
}

test('providers come by price, those that want nothing first, and without those that do not answer', async () => {
  await using dear = await seller(9n)
  await using cheap = await seller(2n)
  await using free = await seller(undefined)
  const gone = 'http://127.0.0.1:1'
  const target = parseTarget(`ipfs://${CID}`, { from: [gone, dear.origin, cheap.origin, free.origin] })
  const found = await findProviders(context(), { target, token: NATIVE_TOKEN, timeout: 5_000 }, false)
  expect(found.map(({ provider }) => provider)).toEqual([free.origin, cheap.origin, dear.origin])
  expect(found.map((one) => one.price?.amount)).toEqual([undefined, 2n, 9n])
  expect(told.join()).toContain(gone)
  const none = parseTarget(`ipfs://${CID}`, { from: [gone] })
  const asking = findProviders(context(), { target: none, token: NATIVE_TOKEN, timeout: 5_000 }, false)
  await expect(asking).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' })
})
