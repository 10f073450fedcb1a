import { type Address, type Hex, isHex, MAX_UINT128 } from '@sluice/protocol'
import { HttpError } from '../errors.ts'

/** A JSON object of somebody else's: every field is read by one of the readers below, by its name. */
export type Fields = Readonly<Record<string, unknown>>

/** The error of a field that is not what it should be. */
export function invalid(field: string, expected: string): HttpError<'FIELD_INVALID'> {
  return new HttpError('FIELD_INVALID', { field, expected })
}

/** A JSON object, not an array. */
export function asObject(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object')
  return value as Fields
}

/** An array of at most `max` items. */
export function asArray(value: unknown, field: string, max: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > max) throw invalid(field, `an array of at most ${max} items`)
  return value
}

/** A string of at most `max` UTF-16 units. */
export function asText(value: unknown, field: string, max: number): string {
  if (typeof value !== 'string' || value.length > max) throw invalid(field, `a text of at most ${max} characters`)
  return value
}

/** Exactly this value. */
export function asConstant<T extends string | number>(value: unknown, field: string, constant: T): T {
  if (value !== constant) throw invalid(field, JSON.stringify(constant))
  return constant
}

/** A JSON number that is a whole number from 0 to `max`. */
export function asInteger(value: unknown, field: string, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw invalid(field, `a whole number from 0 to ${max}`)
  }
  return value
}

/** A decimal string without sign or leading zeros, up to `max`. */
export function asAmount(value: unknown, field: string, max: bigint = MAX_UINT128): bigint {
  const expected = `a decimal string from 0 to ${max}`
  if (typeof value !== 'string' || value.length > 39 || !/^(?:0|[1-9]\d*)$/.test(value)) throw invalid(field, expected)
  const amount = BigInt(value)
  if (amount > max) throw invalid(field, expected)
  return amount
}

/** Hexadecimal of `bytes` bytes in any case; answers it in lowercase. */
export function asHex(value: unknown, field: string, bytes: number): Hex {
  const lower = typeof value === 'string' && value.length === 2 + 2 * bytes ? value.toLowerCase() : undefined
  if (!isHex(lower, bytes)) throw invalid(field, `${bytes} bytes of hexadecimal with the prefix 0x`)
  return lower
}

/** An address in any case; answers it in lowercase. */
export const asAddress = (value: unknown, field: string): Address => asHex(value, field, 20)

/** A CAIP-2 chain id. */
export function asNetwork(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/.test(value)) {
    throw invalid(field, 'a CAIP-2 network such as eip155:314')
  }
  return value
}

/** An absolute url with one of the schemes (`ws:`). */
export function asUrl(value: unknown, field: string, schemes: readonly string[]): string {
  const text = asText(value, field, 2048)
  if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
    throw invalid(field, `a url with the scheme ${schemes.join(' or ')}`)
  }
  return text
}

/** Reads a field if it is there. */
export function optional<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, field)
}
