import { homedir } from 'node:os'
import { join } from 'node:path'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import {
  address,
  byteCount,
  duration,
  idPrefix,
  listenAddress,
  oneOf,
  path,
  prices,
  takenTokens,
  token,
  urlOf,
  wholeNumber,
} from './parse.ts'

const refused = expect.objectContaining({ code: 'VALUE_INVALID' })

afterEach(() => vi.unstubAllEnvs())

test('paths start in the working folder, wherever npm was started, and ~ is the own folder', () => {
  vi.stubEnv('INIT_CWD', '/elsewhere')
  expect(path('keys/a.json', 'x')).toBe(join(process.cwd(), 'keys/a.json'))
  expect(path('/keys/a.json', 'x')).toBe('/keys/a.json')
  expect(path('~/a.json', 'x')).toBe(join(homedir(), 'a.json'))
})

test('addresses are read to lowercase', () => {
  expect(address(`0x${'AB'.repeat(20)}`, 'x')).toBe(`0x${'ab'.repeat(20)}`)
  for (const wrong of ['', '0x12', `0x${'zz'.repeat(20)}`, 'ab'.repeat(20)])
    expect(() => address(wrong, 'x')).toThrow(refused)
})

test('tokens are addresses or the native one, and lists of them may say a least capacity', () => {
  const coin = `0x${'ab'.repeat(20)}` as const
  expect([token('native', 'x'), token(coin.toUpperCase().replace('0X', '0x'), 'x')]).toEqual([NATIVE_TOKEN, coin])
  expect(takenTokens('native', 'x')).toEqual([{ token: NATIVE_TOKEN }])
  expect(takenTokens(`${coin}:500, native`, 'x')).toEqual([{ token: coin, capacityMin: 500n }, { token: NATIVE_TOKEN }])
  for (const wrong of ['', 'FIL', `${coin}:`, `${coin}:1:2`, `${coin}:-1`, 'native,', 'native,native:5'])
    expect(() => takenTokens(wrong, 'x'), wrong).toThrow(refused)
})

test('prices are in the native token, or in the one before the colon', () => {
  const coin = `0x${'ab'.repeat(20)}` as const
  expect(prices('1nFIL', 'x')).toEqual([{ token: NATIVE_TOKEN, amount: 10n ** 9n }])
  expect(prices(`${coin}:50,native:7`, 'x')).toEqual([
    { token: coin, amount: 50n },
    { token: NATIVE_TOKEN, amount: 7n },
  ])
  const five = [1, 2, 3, 4, 5].map((i) => `0x${`a${i}`.repeat(20)}:1`).join(',')
  for (const wrong of ['', `${coin}:1nFIL`, `${coin}:`, `1:2:3`, '1,2', '1nFIL,', five])
    expect(() => prices(wrong, 'x'), wrong).toThrow(refused)
})

test('ids may be cut short', () => {
  expect(idPrefix('0x3F', 'x')).toBe('0x3f')
  for (const wrong of ['0x', '3f', `0x${'1'.repeat(65)}`]) expect(() => idPrefix(wrong, 'x')).toThrow(refused)
})

test('sizes and times have units', () => {
  expect([byteCount('10', 'x'), byteCount('1MiB', 'x'), byteCount('2 MB', 'x')]).toEqual([10n, 1_048_576n, 2_000_000n])
  expect([duration('90', 'x'), duration('90s', 'x'), duration('2h', 'x'), duration('1d', 'x')]).toEqual([
    90, 90, 7200, 86_400,
  ])
  for (const wrong of ['', '-1', '1.5', '1w', '1 TB']) {
    expect(() => byteCount(wrong, 'x')).toThrow(refused)
    expect(() => duration(wrong, 'x')).toThrow(refused)
  }
})

test('an address to listen at is a port, or a host and a port', () => {
  expect(listenAddress('0', 'x')).toEqual({ host: '127.0.0.1', port: 0 })
  expect(listenAddress('0.0.0.0:80', 'x')).toEqual({ host: '0.0.0.0', port: 80 })
  expect(listenAddress('[::1]:80', 'x')).toEqual({ host: '::1', port: 80 })
  for (const wrong of ['', 'host', '127.0.0.1:99999', '::1:80'])
    expect(() => listenAddress(wrong, 'x')).toThrow(refused)
})

test('urls, numbers and words are checked', () => {
  expect(urlOf('ws', 'wss')('ws://127.0.0.1:1', 'x')).toBe('ws://127.0.0.1:1')
  expect(() => urlOf('ws')('http://a', 'x')).toThrow(refused)
  expect(wholeNumber(1, 5)('5', 'x')).toBe(5)
  for (const wrong of ['0', '6', '1e0', '']) expect(() => wholeNumber(1, 5)(wrong, 'x')).toThrow(refused)
  expect(oneOf('a', 'b')('b', 'x')).toBe('b')
  expect(() => oneOf('a')('c', 'x')).toThrow(refused)
})
