import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSeller } from '@sluice/http/sell'
import { memoryPayments } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAmount } from '../cli/amount.ts'
import { type PriceTable, readPriceTable, windowFor } from './price-table.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-prices-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function read(text: string, window = 1_000n): PriceTable {
  const path = join(folder, 'prices.json')
  writeFileSync(path, text)
  const seller = createSeller({ payee: memoryPayments().payee, asset: NATIVE_TOKEN, window })
  const check: NonNullable<Parameters<typeof readPriceTable>[1]['check']> = ({ cost }) => {
    if (cost !== 'free') seller.paid(() => new Response(), cost)
  }
  return readPriceTable(path, { amount: parseAmount, check })
}

const GOOD = `{
  // What a call costs.
  "routes": [
    { "path": "/health", "price": "free" },
    { "method": "POST", "path": "/v1/*", "price": "10", "payment": "upfront", "charges": [2, 4] },
    { "path": "/film/*", "price": [{ "unit": "byte", "amount": "1", "per": 1024 }], "description": "A film." },
  ],
  "otherwise": "refuse"
}`

describe('a table of prices', () => {
  it('says what each request costs, by its first row that fits', () => {
    const table = read(GOOD)
    const find = (method: string, path: string) => table.find(new Request(`http://x${path}`, { method }))
    expect(find('GET', '/health')?.cost).toBe('free')
    expect(find('POST', '/v1/a')?.cost).toEqual({
      price: [{ unit: 'call', amount: 10n }],
      payment: 'upfront',
      charges: [2, 4],
    })
    expect(find('GET', '/v1/a')).toBeUndefined()
    expect(find('HEAD', '/film/one')).toMatchObject({ description: 'A film.' })
    expect(windowFor(table)).toBe(1024n)
  })

  const routes = (row: string) =>
    `{\n  "routes": [\n    { "price": "free" },\n    ${row}\n  ],\n  "otherwise": "free"\n}`
  it.each([
    ['{', 1, 'the table', 'CloseBraceExpected'],
    ['{\n  "routes": [],\n  "otherwise": "free"\n}', 2, 'routes', 'no list of 1'],
    ['{\n  "routes": [{ "price": "free" }]\n}', 1, 'otherwise', '"free" or "refuse"'],
    ['[]', 1, 'the table', 'no object'],
    ['{ "routes": [{ "price": "free" }], "otherwise": "free", "more": 1 }', 1, 'more', 'not known'],
    [routes('7'), 4, 'routes[1]', 'no object'],
    [routes('{ "path": "v1", "price": "1" }'), 4, 'routes[1].path', 'begins with a slash'],
    [routes('{ "path": "/a**", "price": "1" }'), 4, 'routes[1].path', 'one * a segment'],
    [routes('{ "method": "post", "price": "1" }'), 4, 'routes[1].method', 'capital letters'],
    [routes('{ "type": "json", "price": "1" }'), 4, 'routes[1].type', 'a media type'],
    [routes('{ "path": "/a" }'), 4, 'routes[1].price', 'is not "free"'],
    [routes('{ "price": 5 }'), 4, 'routes[1].price', 'is not "free"'],
    [routes('{ "price": "a lot" }'), 4, 'routes[1].price', 'a lot'],
    [routes('{ "price": "1", "payment": "later" }'), 4, 'routes[1].payment', '"credit" or "upfront"'],
    [routes('{ "price": "1", "charges": [5] }'), 4, 'routes[1].charges', 'of 2, 3 and 4'],
    [routes('{ "prize": "1" }'), 4, 'routes[1].prize', 'not known'],
    [routes('{ "price": [{ "unit": "Call", "amount": "1" }] }'), 4, 'routes[1].price', 'names no unit'],
    [routes('{ "price": [{ "unit": "call", "amount": 1 }] }'), 4, 'routes[1].price[0].amount', 'quotation marks'],
    [routes('{ "price": [\n{ "unit": "byte", "amount": "1", "per": 0 }] }'), 5, 'routes[1].price[0].per', 'from 1 on'],
    [routes('{ "price": "2000" }'), 4, 'routes[1].price', 'more than the window of 1000'],
  ])('is refused with its line and entry: %s', (text, line, entry, problem) => {
    const thrown = (() => {
      try {
        read(text)
      } catch (error) {
        return error
      }
      return undefined
    })()
    expect(thrown).toMatchObject({ code: 'PRICES_INVALID', details: { line, entry } })
    expect(String(thrown)).toContain(problem)
  })

  it('is asked for where it is not there', () => {
    expect(() => readPriceTable(join(folder, 'none'), { amount: parseAmount })).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    )
  })
})
