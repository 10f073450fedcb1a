import { NATIVE_TOKEN } from '@sluice/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal, formatAmount, formatAmountOf, knowToken, parseAmount, parseAmountOf } from './amount.ts'

test.each([
  ['0', 0n],
  ['1000', 1000n],
  ['0.5FIL', 5n * 10n ** 17n],
  ['10 nFIL', 10n ** 10n],
  ['10 nanoFIL', 10n ** 10n],
  ['3 attoFIL', 3n],
  ['3attofil', 3n],
  ['1 FIL', 10n ** 18n],
  ['0.000000000000000001FIL', 1n],
])('reads %s', (text, amount) => {
  expect(parseAmount(text)).toBe(amount)
})

test.each([
  '',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '1 ETH',
  'FIL',
  '0.5attoFIL',
  '0.0000000000000000001FIL',
  '1,5FIL',
  '1.FIL',
  '1MFIL',
])('refuses %j', (text) => {
  expect(() => parseAmount(text)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
})

test('what is shown reads back as the same amount', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (amount) => {
      expect(parseAmount(formatAmount(amount))).toBe(amount)
    }),
  )
})

test('shows amounts in a unit that keeps them short', () => {
  expect(formatAmount(0n)).toBe('0 FIL')
  expect(formatAmount(5n * 10n ** 17n)).toBe('0.5 FIL')
  expect(formatAmount(-5n * 10n ** 17n)).toBe('-0.5 FIL')
  expect(formatAmount(12_500_000_000n)).toBe('12.5 nanoFIL')
  expect(formatAmount(7n)).toBe('7 attoFIL')
})

test('amounts of other tokens are base units', () => {
  const coin = `0x${'70'.repeat(20)}` as const
  expect([parseAmountOf(coin, '1500'), parseAmountOf(NATIVE_TOKEN, '0.5FIL')]).toEqual([1500n, 5n * 10n ** 17n])
  expect(formatAmountOf(coin, 1500n)).toBe(`1500 of ${coin}`)
  for (const wrong of ['1FIL', '0.5', '1nFIL']) {
    expect(() => parseAmountOf(coin, wrong)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
  }
})

test('a decimal has no trailing zeros', () => {
  expect(decimal(1_500n, 3)).toBe('1.5')
  expect(decimal(2_000n, 3)).toBe('2')
  expect(decimal(-5n, 3)).toBe('-0.005')
})

test('amounts of a token are read and shown in its own unit once that is known', () => {
  const dollars = `0x${'d0'.repeat(20)}` as const
  const code = (text: string, token: `0x${string}` = dollars) => {
    try {
      return parseAmountOf(token, text)
    } catch (thrown) {
      return (thrown as { code: string }).code
    }
  }
  expect(code('12.5USDFC')).toBe('TOKEN_UNKNOWN')
  expect(code('12.5FIL')).toBe('VALUE_INVALID')
  knowToken(dollars, { symbol: 'USDFC', decimals: 6 })
  expect(code('12.5USDFC')).toBe(12_500_000n)
  expect(code('12.5 usdfc')).toBe(12_500_000n)
  expect(code('1')).toBe(1n)
  expect(code('12.5FIL')).toBe('TOKEN_SYMBOL')
  expect(code('0.0000001USDFC')).toBe('VALUE_INVALID')
  expect(code('-1USDFC')).toBe('VALUE_INVALID')
  expect(code('12.5USDFC', NATIVE_TOKEN)).toBe('TOKEN_SYMBOL')
  expect(formatAmountOf(dollars, 12_500_001n)).toBe('12.500001 USDFC')
})
