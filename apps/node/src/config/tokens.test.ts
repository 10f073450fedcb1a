import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from '@sluice/protocol'
import { encodeAbiParameters, type Hex } from 'viem'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isKnownToken, parseAmountOf, tokenUnitOf } from '../cli/amount.ts'
import { amountOf } from '../cli/parse.ts'
import { learnToken, loadTokens, prepareToken } from './tokens.ts'

const SYMBOL = '0x95d89b41'

let folder: string
let url: string
let asked: number
let symbol: string | undefined
let decimals: number
let stop: () => void
/** What a process knows of tokens it keeps: each test has one of its own. */
let token: Address
let next = 0

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-tokens-'))
  asked = 0
  ;[symbol, decimals] = ['USDFC', 6]
  token = `0x${String(++next).padStart(2, '0').repeat(20)}`
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += String(piece)
    const { id, params } = JSON.parse(body) as { id: number; params: [{ data: Hex }] }
    asked += 1
    const result = params[0].data.startsWith(SYMBOL)
      ? encodeAbiParameters([{ type: 'string' }], [symbol ?? ''])
      : encodeAbiParameters([{ type: 'uint8' }], [decimals])
    const error = { code: 3, message: 'execution reverted' }
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(symbol === undefined ? { error } : { result }) }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterEach(() => {
  stop()
  rmSync(folder, { recursive: true })
})

test('a token is asked once how it writes its amounts, where one is written in its unit, and what it says is kept', async () => {
  const values = { data: folder, chain: [url] }
  const [plain, foreign] = [amountOf('1000', '--max'), amountOf('12.5USDFC', '--max')]
  await prepareToken(values, token, plain, undefined)
  expect(asked).toBe(0)
  await prepareToken(values, token, foreign)
  await prepareToken(values, token, foreign)
  expect([asked, foreign(token), plain(token)]).toEqual([2, 12_500_000n, 1000n])
  expect(JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8'))).toEqual({ [token]: { symbol, decimals } })
})

test('what was kept is taken up, and what is none is passed over', () => {
  const [good, bad] = [token, `0x${'fe'.repeat(20)}` as const]
  writeFileSync(
    join(folder, 'tokens.json'),
    JSON.stringify({ [good]: { symbol: 'EURX', decimals: 2 }, [bad]: { symbol: 'a b', decimals: 2 } }),
  )
  loadTokens(folder)
  expect(tokenUnitOf(good)).toEqual({ symbol: 'EURX', decimals: 2 })
  expect(parseAmountOf(good, '0.07EURX')).toBe(7n)
  expect(isKnownToken(bad)).toBe(false)
  writeFileSync(join(folder, 'tokens.json'), 'broken')
  loadTokens(folder)
})

test.each<[string, string | undefined, number]>([
  ['reverts', undefined, 6],
  ['has a symbol that could be anything', '\u001b[2J', 6],
  ['has no symbol', '', 6],
  ['has more places than an amount can have', 'USDFC', 255],
])('a token that %s is refused', async (_, itsSymbol, itsDecimals) => {
  ;[symbol, decimals] = [itsSymbol, itsDecimals]
  await expect(learnToken(folder, token, () => url)).rejects.toMatchObject({ code: 'TOKEN_UNREADABLE' })
  expect(isKnownToken(token)).toBe(false)
})
