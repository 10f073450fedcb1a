import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOutput } from '../cli/output.ts'
import { wantsPayment } from './download.ts'
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
  const asking = wantsPayment(context(), { target: parseTarget(url), timeout: 300 }, false)
  await expect(asking).rejects.toMatchObject({ code: 'PROVIDER_SILENT', details: { url } })
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
  expect(await wantsPayment(context(), { target: parseTarget(url), timeout: 5_000 }, isBegun)).toBe(wants)
})
