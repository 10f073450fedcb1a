import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseTarget } from './find/target.ts'
import { readTicket, removeTicket, writeTicket } from './ticket.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-ticket-'))
  path = join(folder, 'film.car.part.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const ticket = { session: { url: 'http://127.0.0.1:1/ipfs/x', etag: '"x"', payment: 'abc' }, fees: 10n ** 20n }

test('a ticket is kept for its user only, and comes back as it was', () => {
  writeTicket(path, ticket)
  expect(readTicket(path)).toEqual(ticket)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  removeTicket(path)
  removeTicket(path)
  expect(readTicket(path)).toBeUndefined()
})

test.each([
  '',
  '{',
  'null',
  '{"version":2}',
  '{"version":1,"session":{}}',
  '{"version":1,"session":{"payment":"x"},"fees":"y"}',
])('a ticket of %j counts as none', (text) => {
  writeFileSync(path, text)
  expect(readTicket(path)).toBeUndefined()
})

test('an address names a provider and a root', () => {
  const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
  const target = parseTarget(`http://127.0.0.1:8080/ipfs/${cid}?x=1`)
  expect([target.provider, target.root.toString()]).toEqual(['http://127.0.0.1:8080', cid])
})

test.each([
  'nonsense',
  'http://127.0.0.1/',
  'http://127.0.0.1/ipfs/',
  'ftp://127.0.0.1/ipfs/x',
  'http://127.0.0.1/ipfs',
])('the address %j names none', (url) => {
  expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code: 'CONTENT_UNVERIFIABLE' }))
})

test('an address with a broken CID is refused', () => {
  expect(() => parseTarget('http://127.0.0.1/ipfs/bafynonsense')).toThrow(
    expect.objectContaining({ code: 'CID_INVALID' }),
  )
})
