import { bytesToHex, bytesToUint, hexToBytes, MAX_UINT32, writeUint } from '../bytes.ts'
import type { Hex } from '../hex.ts'
import { type Field, invalid } from './field.ts'
import { MAX_CODE, MAX_TEXT } from './limits.ts'

function bytesOf(value: unknown, length: number, path: string): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value
  throw invalid(path, `a string of ${length} bytes`)
}

function hex(length: number): Field<Hex> {
  return {
    encode: (value, path) => hexToBytes(value, length, path),
    decode: (value, path) => bytesToHex(bytesOf(value, length, path)),
  }
}

function uint(length: number): Field<bigint> {
  return {
    encode(value, path) {
      const bytes = new Uint8Array(length)
      writeUint(bytes, 0, value, length, path)
      return bytes
    },
    decode: (value, path) => bytesToUint(bytesOf(value, length, path)),
  }
}

/** A field that travels as it is, if it is one of those. */
function plain<T extends string | number>(expected: string, isOne: (value: unknown) => value is T): Field<T> {
  const check = (value: unknown, path: string): T => {
    if (!isOne(value)) throw invalid(path, expected)
    return value
  }
  return { encode: check, decode: check }
}

function text(pattern: RegExp, expected: string): Field<string> {
  return plain(expected, (value): value is string => typeof value === 'string' && pattern.test(value))
}

/** 20 bytes. */
export const address = hex(20)
/** 32 bytes. */
export const bytes32 = hex(32)
/** 65 bytes r, s, v. That it is somebody's, and canonical, is checked where it counts. */
export const signature = hex(65)
/** 8 bytes, big-endian. */
export const uint64 = uint(8)
/** 16 bytes, big-endian. */
export const uint128 = uint(16)
/** A CBOR integer. */
export const uint32 = plain(
  `a whole number from 0 to ${MAX_UINT32}`,
  (value): value is number => typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0),
)
/** A CBOR integer, 0 or 1. */
export const bit = plain('0 or 1', (value): value is 0 | 1 => value === 0 || value === 1)

/** A stable error code. */
export const reasonCode = text(
  new RegExp(`^[A-Z][A-Z0-9_]{0,${MAX_CODE - 1}}$`),
  `a code of at most ${MAX_CODE} capitals, digits and underscores`,
)

/** One line for humans: printable ASCII, so that it cannot disturb a terminal or a log. */
export const humanText = text(new RegExp(`^[ -~]{0,${MAX_TEXT}}$`), `at most ${MAX_TEXT} printable ASCII characters`)
