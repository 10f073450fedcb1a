import { bytesToHex, type Hex, highest, type Keccak256 } from '@sluice/protocol'
import { asAmount, asArray, asObject, asText, type Fields, invalid } from '../../headers/fields.ts'

/** So much for so many of a unit: `amount` base units of the token for every `per`, rounded up for each request. */
export interface PricePart {
  /** `call`, `byte`, `second`, or a name that the seller counts by, such as `token`: lowercase letters, digits and dashes. */
  readonly unit: string
  readonly amount: bigint
  /** At least 1. */
  readonly per: bigint
}

/** What a request costs: the sum of its parts. Each unit stands in it once. */
export type TabPrice = readonly PricePart[]

/** How many of each unit. A unit that is not there counts 0. */
export type Counts = Readonly<Record<string, number>>

/** Units that both sides count; every other one, but seconds, is counted by the seller alone. */
export const CALL = 'call'
export const BYTE = 'byte'
export const SECOND = 'second'
/** Most parts of a price. */
export const MAX_PARTS = 8

const UNIT = /^[a-z][a-z0-9-]{0,31}$/

/** Whether a text can name a unit. */
export const isUnit = (text: string): boolean => UNIT.test(text)

/** What some of a unit costs, base units, rounded up. */
export function partCharge({ amount, per }: PricePart, count: number): bigint {
  return (BigInt(count) * amount + per - 1n) / per
}

/**
 * What a request costs, base units.
 *
 * @example `chargeFor([{ unit: 'call', amount: 5n, per: 1n }, { unit: 'byte', amount: 1n, per: 1024n }], { call: 1, byte: 1025 }) // 7n`
 */
export function chargeFor(price: TabPrice, counts: Counts): bigint {
  return price.reduce((sum, part) => sum + partCharge(part, counts[part.unit] ?? 0), 0n)
}

/** How many more of a unit an amount pays for, beside `counts`: the largest n whose charge is at most `room` above the one of `counts`. */
export function unitsWithin(price: TabPrice, counts: Counts, unit: string, room: bigint): number {
  const part = price.find((one) => one.unit === unit)
  if (part === undefined || part.amount === 0n) return Number.MAX_SAFE_INTEGER
  const before = counts[unit] ?? 0
  if (room < 0n) return 0
  const most = ((partCharge(part, before) + room) * part.per) / part.amount - BigInt(before)
  return most > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(most)
}

/** The dearest single unit of a price: what a window has to hold at least. */
export function dearestUnit(price: TabPrice): bigint {
  return price.reduce((most, part) => highest(most, partCharge(part, 1)), 0n)
}

/** Whether only the seller can count some of what a price asks for. */
export function isReported(price: TabPrice): boolean {
  return price.some(({ unit, amount }) => amount > 0n && unit !== CALL && unit !== BYTE)
}

/** Whether every charged request costs the same. */
export function isFixed(price: TabPrice): boolean {
  return price.every(({ unit, amount }) => unit === CALL || amount === 0n)
}

/** The price as it stands in an offer. */
export function priceToJson(price: TabPrice): object[] {
  return price.map(({ unit, amount, per }) => ({
    unit,
    amount: String(amount),
    ...(per !== 1n && { per: String(per) }),
  }))
}

function partFromJson(value: unknown, field: string): PricePart {
  const fields: Fields = asObject(value, field)
  const unit = asText(fields.unit, `${field}.unit`, 32)
  if (!isUnit(unit)) throw invalid(`${field}.unit`, 'lowercase letters, digits and dashes')
  const per = fields.per === undefined ? 1n : asAmount(fields.per, `${field}.per`)
  if (per === 0n) throw invalid(`${field}.per`, 'at least 1')
  return { unit, amount: asAmount(fields.amount, `${field}.amount`), per }
}

/** Reads a price. @throws HttpError `FIELD_INVALID`. */
export function priceFromJson(value: unknown, field: string): TabPrice {
  const parts = asArray(value, field, MAX_PARTS).map((part, i) => partFromJson(part, `${field}[${i}]`))
  if (new Set(parts.map(({ unit }) => unit)).size !== parts.length) throw invalid(field, 'a list with each unit once')
  return parts
}

/** What a request agrees to, in 16 bytes: the first half of the Keccak-256 of the terms, one a line. */
export function hashTerms(keccak256: Keccak256, lines: readonly string[]): Hex {
  return bytesToHex(keccak256(new TextEncoder().encode(lines.join('\n'))).subarray(0, 16))
}
