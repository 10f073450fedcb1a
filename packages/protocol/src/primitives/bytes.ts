import { ProtocolError } from '../errors.ts'
import type { Hex } from './hex.ts'

/** 2^32 - 1. */
export const MAX_UINT32 = 0xffff_ffff
/** 2^64 - 1. */
export const MAX_UINT64 = (1n << 64n) - 1n
/** 2^128 - 1. */
export const MAX_UINT128 = (1n << 128n) - 1n
/** 2^256 - 1. */
export const MAX_UINT256 = (1n << 256n) - 1n

/** The code units of `0` to `f`. */
const DIGITS = Uint8Array.from('0123456789abcdef', (character) => character.charCodeAt(0))
/** Bytes that are written as hexadecimal at a time: so many code units can be given to one call. */
const HEX_CHUNK = 128

/** The value of a lowercase hexadecimal digit's code unit, or -1. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : -1
}

/** Code units to fill, by how many bytes they write: the array that a text is made of is made once. */
const codesFor = new Map<number, number[]>()

function newCodes(length: number): number[] {
  const codes: number[] = []
  while (codes.length < 2 * length) codes.push(0)
  codesFor.set(length, codes)
  return codes
}

/** At most {@link HEX_CHUNK} bytes as one piece of text. A text that is appended to keeps all of its pieces in memory. */
function chunkToHex(bytes: Uint8Array): string {
  const codes = codesFor.get(bytes.length) ?? newCodes(bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    codes[2 * i] = DIGITS[byte >> 4] ?? 0
    codes[2 * i + 1] = DIGITS[byte & 15] ?? 0
  }
  return String.fromCharCode.apply(undefined, codes)
}

/** Lowercase hexadecimal of the bytes. */
export function bytesToHex(bytes: Uint8Array): Hex {
  const chunks = ['0x']
  for (let at = 0; at < bytes.length; at += HEX_CHUNK) chunks.push(chunkToHex(bytes.subarray(at, at + HEX_CHUNK)))
  return chunks.join('') as Hex
}

/** Whether the value is lowercase hexadecimal with the prefix `0x`, of `length` bytes if that is given. */
export function isHex(value: unknown, length?: number): value is Hex {
  if (typeof value !== 'string' || !/^0x(?:[0-9a-f]{2})*$/.test(value)) return false
  return length === undefined || value.length === 2 + 2 * length
}

/**
 * Writes the hexadecimal's bytes into `target` at `offset`.
 *
 * @throws ProtocolError `HEX_INVALID` unless the value is exactly `length` bytes of lowercase hexadecimal.
 */
export function writeHex(target: Uint8Array, offset: number, hex: Hex, length: number, field = 'value'): void {
  if (typeof hex !== 'string' || hex.length !== 2 + 2 * length || !hex.startsWith('0x')) {
    throw new ProtocolError('HEX_INVALID', { field, bytes: length, value: hex })
  }
  for (let i = 0; i < length; i++) {
    const high = digit(hex.charCodeAt(2 + 2 * i))
    const low = digit(hex.charCodeAt(3 + 2 * i))
    if (high < 0 || low < 0) throw new ProtocolError('HEX_INVALID', { field, bytes: length, value: hex })
    target[offset + i] = high * 16 + low
  }
}

/**
 * The bytes of lowercase hexadecimal, `length` of them if that is given.
 *
 * @throws ProtocolError `HEX_INVALID`.
 * @example `hexToBytes('0x0aff', 2) // Uint8Array [10, 255]`
 */
export function hexToBytes(hex: Hex, length: number = Math.ceil((hex.length - 2) / 2), field = 'value'): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, 0))
  writeHex(bytes, 0, hex, bytes.length, field)
  return bytes
}

/** All parts, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Whether both hold the same bytes. Not in constant time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The code units of an ASCII text. For the constants of this package, which all are ASCII. */
export function asciiToBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

const MAXIMA = Array.from({ length: 33 }, (_, length) => (1n << BigInt(8 * length)) - 1n)

/** The largest unsigned integer of so many bytes, 32 at most. */
function maxOf(length: number): bigint {
  const max = MAXIMA[length]
  if (max === undefined) throw new RangeError(`no integer has ${length} bytes`)
  return max
}

/**
 * Writes an unsigned integer big-endian into `length` bytes, 32 at most, of `target` at `offset`.
 *
 * @throws ProtocolError `NUMBER_OUT_OF_RANGE` for what is no whole number from 0 to 2^(8 length) - 1.
 */
export function writeUint(
  target: Uint8Array,
  offset: number,
  value: bigint | number,
  length: number,
  field = 'value',
): void {
  const max = maxOf(length)
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!whole || value < 0 || value > max) throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field, value, max })
  let rest = BigInt(value)
  for (let i = length - 1; i >= 0; i -= 4) {
    const word = Number(rest & 0xffff_ffffn)
    for (let j = 0; j < 4 && j <= i; j++) target[offset + i - j] = (word >>> (8 * j)) & 0xff
    rest >>= 32n
  }
}

function uintToBytes(value: bigint | number, length: number, field?: string): Uint8Array {
  const bytes = new Uint8Array(length)
  writeUint(bytes, 0, value, length, field)
  return bytes
}

/** 4 bytes, big-endian. @throws ProtocolError `NUMBER_OUT_OF_RANGE`. */
export const uint32ToBytes = (value: bigint | number, field?: string): Uint8Array => uintToBytes(value, 4, field)
/** 8 bytes, big-endian. @throws ProtocolError `NUMBER_OUT_OF_RANGE`. */
export const uint64ToBytes = (value: bigint | number, field?: string): Uint8Array => uintToBytes(value, 8, field)
/** 16 bytes, big-endian. @throws ProtocolError `NUMBER_OUT_OF_RANGE`. */
export const uint128ToBytes = (value: bigint | number, field?: string): Uint8Array => uintToBytes(value, 16, field)
/** 32 bytes, big-endian. @throws ProtocolError `NUMBER_OUT_OF_RANGE`. */
export const uint256ToBytes = (value: bigint | number, field?: string): Uint8Array => uintToBytes(value, 32, field)

/** The unsigned big-endian integer that the bytes hold; 0 for none. */
export function bytesToUint(bytes: Uint8Array): bigint {
  let value = 0n
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + 6, bytes.length)
    const bits = BigInt(8 * (end - at))
    let word = 0
    for (; at < end; at++) word = word * 256 + (bytes[at] ?? 0)
    // Zero is one constant: each other integer takes memory of its own.
    if (value !== 0n) value = (value << bits) | BigInt(word)
    else if (word !== 0) value = BigInt(word)
  }
  return value
}
