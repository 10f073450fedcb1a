import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { NodeError } from '../errors.ts'

/** Powers of ten of the prefixes that stand before a currency's symbol. */
const prefixes: Readonly<Record<string, number>> = {
  '': 18,
  milli: 15,
  m: 15,
  micro: 12,
  u: 12,
  µ: 12,
  nano: 9,
  n: 9,
  pico: 6,
  p: 6,
  femto: 3,
  f: 3,
  atto: 0,
  a: 0,
}

const pattern = /^(\d+)(?:\.(\d+))?\s*(?:(milli|micro|nano|pico|femto|atto|[mµunpfa])?[Ff][Ii][Ll])?$/

/**
 * Reads an amount: base units (`1000`), or a decimal with a unit (`0.5FIL`, `10 nFIL`, `3 attoFIL`).
 *
 * @returns base units
 * @throws NodeError VALUE_INVALID when the text is no amount, or is finer than one base unit
 */
export function parseAmount(text: string, name = 'the amount'): bigint {
  const match = pattern.exec(text.trim())
  if (match === null) throw invalid(text, name)
  const [, whole = '', fraction = '', prefix = ''] = match
  const isBase = !/fil$/i.test(text.trim())
  const power = isBase ? 0 : prefixes[prefix]
  if (power === undefined || fraction.length > power) throw invalid(text, name)
  return BigInt(whole + fraction) * 10n ** BigInt(power - fraction.length)
}

/** How amounts of a token are written. */
export interface TokenUnit {
  readonly symbol: string
  /** Places after the point. */
  readonly decimals: number
}

const known = new Map<Address, TokenUnit>()

/** Takes up how a token calls itself. */
export function knowToken(token: Address, unit: TokenUnit): void {
  known.set(token, unit)
}

/** How a token calls itself; the native one is FIL. @throws NodeError TOKEN_UNKNOWN */
export function tokenUnitOf(token: Address): TokenUnit {
  const unit = token === NATIVE_TOKEN ? { symbol: 'FIL', decimals: 18 } : known.get(token)
  if (unit === undefined) throw new NodeError('TOKEN_UNKNOWN', { name: 'the amount', value: 'in its unit', token })
  return unit
}

export const isKnownToken = (token: Address): boolean => known.has(token)

/** Whether an amount is written in a unit that only its token knows. */
export const hasForeignUnit = (text: string): boolean =>
  /^\d+(?:\.\d+)?\s*[A-Za-z0-9.$_-]{1,16}$/.test(text.trim()) && !pattern.test(text.trim())

/**
 * Reads an amount of a token: in base units, or in the token's own unit (`12.5USDFC`) once it is known.
 *
 * @returns base units
 * @throws NodeError VALUE_INVALID, TOKEN_UNKNOWN, TOKEN_SYMBOL
 */
export function parseAmountOf(token: Address, text: string, name = 'the amount'): bigint {
  if (/^\d+$/.test(text.trim())) return parseAmount(text, name)
  if (token === NATIVE_TOKEN) {
    if (hasForeignUnit(text)) throw new NodeError('TOKEN_SYMBOL', { name, value: text, token, symbol: 'FIL' })
    return parseAmount(text, name)
  }
  const unit = known.get(token)
  if (unit === undefined && !hasForeignUnit(text)) {
    throw new NodeError('VALUE_INVALID', {
      name,
      value: text,
      expected: `whole base units of ${token}, or an amount in its own unit`,
    })
  }
  if (unit === undefined) throw new NodeError('TOKEN_UNKNOWN', { name, value: text, token })
  const { symbol, decimals } = unit
  const [, whole = '', fraction = '', written] = /^(\d+)(?:\.(\d+))?\s*(\S+)$/.exec(text.trim()) ?? []
  if (written === undefined) throw invalid(text, name)
  if (written.toLowerCase() !== symbol.toLowerCase())
    throw new NodeError('TOKEN_SYMBOL', { name, value: text, token, symbol })
  if (fraction.length > decimals) {
    throw new NodeError('VALUE_INVALID', {
      name,
      value: text,
      expected: `an amount of ${symbol}, which has ${decimals} places`,
    })
  }
  return BigInt(whole + fraction) * 10n ** BigInt(decimals - fraction.length)
}

function invalid(value: string, name: string): NodeError {
  const expected = 'an amount: whole base units, or a decimal with a unit such as 0.5FIL or 10nFIL'
  return new NodeError('VALUE_INVALID', { name, value, expected })
}

const scales: readonly (readonly [power: number, unit: string])[] = [
  [18, 'FIL'],
  [9, 'nanoFIL'],
  [0, 'attoFIL'],
]

/** Shows an amount of the native token exactly, in the unit that keeps it short: `0.5 FIL`, `12.25 nanoFIL`. */
export function formatAmount(amount: bigint): string {
  const size = amount < 0n ? -amount : amount
  const [power, unit] = scales.find(([p]) => size >= 10n ** BigInt(Math.max(0, p - 3))) ?? [0, 'attoFIL']
  return `${decimal(amount, power)} ${size === 0n ? 'FIL' : unit}`
}

/** Shows an amount of a token: with its unit where that is known, else in base units. */
export function formatAmountOf(token: Address, amount: bigint): string {
  if (token === NATIVE_TOKEN) return formatAmount(amount)
  const unit = known.get(token)
  return unit === undefined ? `${amount} of ${token}` : `${decimal(amount, unit.decimals)} ${unit.symbol}`
}

/** An amount as a decimal with that many places, without trailing zeros. */
export function decimal(amount: bigint, places: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const fraction = places === 0 ? '' : digits.slice(-places).replace(/0+$/, '')
  return `${amount < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
