import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from '@sluice/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeGreeting } from './greeting.ts'
import { createHubFees } from './hub-fees.ts'
import { openPeerUrls, type PeerUrls } from './peer-urls.ts'

const hub: Address = `0x${'aa'.repeat(20)}`
const other: Address = `0x${'bb'.repeat(20)}`

let folder: string
let urls: PeerUrls
let now: number
let asked: number
const ends: (() => Promise<unknown>)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-fees-'))
  urls = openPeerUrls(folder)
  now = 0
  asked = 0
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  rmSync(folder, { recursive: true })
})

async function serve(body: string, status = 200): Promise<string> {
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function greetingOf(signer: Address): string {
  const info = {
    version: '1',
    role: 'hub',
    profile: 'default',
    signer,
    account: signer,
    chainId: 314n,
    contract: hub,
  } as const
  return writeGreeting(info, { feeBase: 10n, feePartsPerMillion: 1000, feePerHour: 0 })
}

const fees = () => createHubFees(urls, { now: () => now, after: () => () => {} })

test('a hub is asked for its fees, and again after a minute', async () => {
  urls.note(hub, await serve(greetingOf(hub)))
  const book = fees()
  expect(await book.of([hub], 1_000_000n, 600)).toEqual([1010n])
  now = 59_000
  expect(await book.of([hub], 2_000_001n, 600)).toEqual([2011n])
  expect(asked).toBe(1)
  now = 61_000
  await book.of([hub], 1n, 600)
  expect(asked).toBe(2)
})

test('a hub whose address is not known is taken to ask for nothing', async () => {
  expect(await fees().of([hub, other], 1_000_000n, 600)).toEqual([0n, 0n])
})

test.each([
  ['another signer', greetingOf(other), 200],
  ['no JSON', 'hello', 200],
  ['a negative fee as a number', greetingOf(hub).replace('"base":"10"', '"base":-10'), 200],
  ['no greeting', '', 426],
  ['an endless answer', 'x'.repeat(100_000), 200],
])('what says %s is refused', async (_what, body, status) => {
  urls.note(hub, await serve(body, status))
  await expect(fees().of([hub], 1n, 1)).rejects.toMatchObject({ code: 'HUB_FEES_UNKNOWN' })
})

test('addresses of peers are remembered, and what is broken is forgotten', () => {
  urls.note(hub, 'ws://127.0.0.1:1')
  expect(openPeerUrls(folder).get(hub)).toBe('ws://127.0.0.1:1')
  writeFileSync(join(folder, 'peers.json'), '{"half')
  expect(openPeerUrls(folder).get(hub)).toBeUndefined()
})

test('fees that are other ones by now are asked for anew', async () => {
  urls.note(hub, await serve(greetingOf(hub)))
  const known = fees()
  await known.of([hub], 1_000n, 60)
  await known.of([hub], 1_000n, 60)
  expect(asked).toBe(1)
  known.forget([hub])
  await known.of([hub], 1_000n, 60)
  expect(asked).toBe(2)
})
