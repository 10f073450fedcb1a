import { bytesToHex, bytesToUint, hexToBytes, MAX_UINT32, writeUint } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'
import { type Field, invalid } from './field.ts'
import { sharingHex } from './sharing.ts'

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

function wideUint(length: number): Field<bigint> {
  return {
    encode(value, path) {
      const bytes = new Uint8Array(length)
      writeUint(bytes, 0, value, length, path)
      return bytes
    },
    decode: (value, path) => bytesToUint(bytesOf(value, length, path)),
  }
}

/** A field that is written as it is, if it is one of those. */
function plain<T extends Uint8Array | string | number>(
  expected: string,
  isOne: (value: unknown) => value is T,
): Field<T> {
  const check = (value: unknown, path: string): T => {
    if (!isOne(value)) throw invalid(path, expected)
    return value
  }
  return { encode: check, decode: check }
}

/** 20 bytes. */
export const address = sharingHex(hex(20))
/** 32 bytes. */
export const bytes32 = hex(32)
/** The id of a channel: 32 bytes. */
export const channelId = sharingHex(bytes32)
/** 32 bytes that a record or message holds more than once, or that most hold alike. */
export const repeated32 = sharingHex(bytes32, 256)
/** 65 bytes r, s, v. That it is somebody's, and canonical, is checked where it counts. */
export const signature = hex(65)
/** 8 bytes, big-endian. */
export const uint64 = wideUint(8)
/** 16 bytes, big-endian. */
export const uint128 = wideUint(16)

const MAX_UINT_BYTES = 32

/** 0 to 2^256 - 1 as its shortest big-endian bytes, none for 0: for records, where no two writers have to agree on a width. */
export const uint: Field<bigint> = {
  encode(value, path) {
    const wide = new Uint8Array(MAX_UINT_BYTES)
    writeUint(wide, 0, value, MAX_UINT_BYTES, path)
    const first = wide.findIndex((byte) => byte !== 0)
    return first < 0 ? new Uint8Array() : wide.slice(first)
  },
  decode(value, path) {
    if (value instanceof Uint8Array && value.length <= MAX_UINT_BYTES && value[0] !== 0) return bytesToUint(value)
    throw invalid(path, `at most ${MAX_UINT_BYTES} bytes without a leading zero`)
  },
}

/** Any number of bytes. */
export const bytes: Field<Uint8Array> = {
  encode: (value) => value,
  decode(value, path) {
    // What is read is a view of all that was read.
    if (value instanceof Uint8Array) return value.slice()
    throw invalid(path, 'a string of bytes')
  },
}
/** Any number of bytes, as hexadecimal. */
export const hexBytes: Field<Hex> = {
  encode: (value, path) => hexToBytes(value, undefined, path),
  decode: (value, path) => bytesToHex(bytes.decode(value, path)),
}
/** A CBOR integer. */
export const uint32 = plain(
  `a whole number from 0 to ${MAX_UINT32}`,
  (value): value is number => typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0),
)
/** A CBOR integer of a byte. */
export const uint8 = plain(
  'a whole number from 0 to 255',
  (value): value is number => typeof value === 'number' && (value & 0xff) === value && !Object.is(value, -0),
)
/** A CBOR integer, 0 or 1. */
export const bit = plain('0 or 1', (value): value is 0 | 1 => value === 0 || value === 1)
/** 0 for false, 1 for true. */
export const flag: Field<boolean> = {
  encode: (value) => (value ? 1 : 0),
  decode: (value, path) => bit.decode(value, path) === 1,
}

/** Any text: of this side's own making. */
export const text = plain('a text', (value): value is string => typeof value === 'string')

/** A text of the pattern. */
export function textLike(pattern: RegExp, expected: string): Field<string> {
  return plain(expected, (value): value is string => typeof value === 'string' && pattern.test(value))
}

/** One of a few words: each of the type, and nothing else. */
export function oneOf<const Words extends readonly string[]>(...words: Words): Field<Words[number]> {
  return plain(`one of ${words.join(', ')}`, (value): value is Words[number] =>
    (words as readonly unknown[]).includes(value),
  )
}
