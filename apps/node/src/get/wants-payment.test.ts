import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wantsPayment } from './download.ts'
import { parseTarget } from './target.ts'

let status: number
let url: string
const server = createServer((_request, response) => void response.writeHead(status).end())
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
  expect(await wantsPayment(parseTarget(url), new AbortController().signal, isBegun)).toBe(wants)
})
