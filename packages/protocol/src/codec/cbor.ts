import { MAX_UINT32 } from '../primitives/bytes.ts'
import type { Cbor } from './field.ts'

// The part of CBOR (RFC 8949) that messages and records are made of, in its one deterministic encoding: integers up to 2^32 - 1, strings of
// bytes, texts, lists, and maps of texts, of which DAG-CBOR sorts the shorter keys first. What else CBOR has is read as nothing that a
// field takes.

const INTEGER = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const LIST = 4
const MAP = 5
const SIMPLE = 7

/** What is read of a value that is well-formed, and that nothing is encoded to: a fraction, a truth value, a number that is too large. */
const FOREIGN = null

/** What is read: a value, or in places of it what is none. */
export type ReadCbor =
  | Uint8Array
  | string
  | number
  | typeof FOREIGN
  | readonly ReadCbor[]
  | { readonly [key: string]: ReadCbor }

/** Most lists and maps within one another. */
const MAX_DEPTH = 64

/** Bytes that are not the one encoding of anything that is encoded here. */
export class CborError extends Error {
  override readonly name = 'CborError'
  /** Whether they only say it in another order. */
  readonly isDisordered: boolean

  constructor(message: string, isDisordered = false) {
    super(message)
    this.isDisordered = isDisordered
  }
}

// Every runtime has these; a pure package names the types of none.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Ascending: the shorter first, then by their bytes. Keys are ASCII. */
const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : Number(a > b))

/** Writes one value after the other into bytes that grow. */
class Writer {
  #bytes = new Uint8Array(512)
  #length = 0

  get written(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  write(value: Cbor): void {
    if (typeof value === 'number') this.#head(INTEGER, value)
    else if (typeof value === 'string') this.#text(value)
    else if (value instanceof Uint8Array) this.#string(BYTES, value)
    else if (isList(value)) {
      this.#head(LIST, value.length)
      for (const one of value) this.write(one)
    } else this.#map(value)
  }

  #map(value: { readonly [key: string]: Cbor }): void {
    const keys = Object.keys(value).sort(byLength)
    this.#head(MAP, keys.length)
    for (const key of keys) {
      this.#text(key)
      this.write(value[key] as Cbor)
    }
  }

  /** The kind of a value, and its number: an integer itself, the length of all else. */
  #head(kind: number, number: number): void {
    if (number >>> 0 !== number) throw new CborError(`${number} is no integer that is encoded`)
    this.#grow(5)
    const first = kind << 5
    const size = number < 24 ? 0 : number < 0x100 ? 1 : number < 0x1_0000 ? 2 : 4
    this.#bytes[this.#length++] = first | (size === 0 ? number : size === 4 ? 26 : 23 + size)
    for (let i = size - 1; i >= 0; i--) this.#bytes[this.#length++] = number >>> (8 * i)
  }

  #string(kind: number, bytes: Uint8Array): void {
    this.#head(kind, bytes.length)
    this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #text(text: string): void {
    // Names and codes: short, and a byte a character.
    if (text.length > 64 || !isAscii(text)) {
      this.#string(TEXT, encoder.encode(text))
      return
    }
    this.#head(TEXT, text.length)
    this.#grow(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i)
  }

  #grow(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

const isList = (value: Cbor): value is readonly Cbor[] => Array.isArray(value)

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** Reads one value after the other. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  read(depth = 0): ReadCbor {
    if (depth > MAX_DEPTH) throw new CborError('too many lists and maps within one another')
    const kind = this.#byte() >> 5
    if (kind === SIMPLE) return this.#simple()
    const number = this.#number()
    switch (kind) {
      case INTEGER:
        return number > MAX_UINT32 ? FOREIGN : number
      case NEGATIVE:
        return FOREIGN
      case BYTES:
        return this.#take(number)
      case TEXT:
        return textOf(this.#take(number))
      case LIST:
        return this.#list(number, depth + 1)
      case MAP:
        return this.#map(number, depth + 1)
      default:
        throw new CborError(`kind ${kind} of CBOR is not encoded`)
    }
  }

  /** The byte that is read next, which stays to be read. */
  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new CborError('cut short')
    return byte
  }

  #number(): number {
    const info = this.#byte() & 31
    this.#at++
    if (info < 24) return info
    if (info > 27) throw new CborError(`no number has the form ${info}`)
    const size = 2 ** (info - 24)
    let number = 0
    for (const byte of this.#take(size)) number = number * 256 + byte
    if (number < (size === 1 ? 24 : 2 ** (4 * size))) throw new CborError(`${number} has a shorter encoding`)
    return number
  }

  /** False, true, null, or a fraction of 2, 4 or 8 bytes. */
  #simple(): typeof FOREIGN {
    const info = this.#byte() & 31
    this.#at++
    if (info > 24 && info < 28) this.#take(2 ** (info - 24))
    else if (info < 20 || info > 22) throw new CborError(`a simple value ${info} is not encoded`)
    return FOREIGN
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new CborError('cut short')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #list(length: number, depth: number): ReadCbor {
    const items: ReadCbor[] = []
    while (items.length < length) items.push(this.read(depth))
    return items
  }

  #map(size: number, depth: number): ReadCbor {
    const map: Record<string, ReadCbor> = {}
    let last: string | undefined
    for (let i = 0; i < size; i++) {
      const key = this.read(MAX_DEPTH)
      if (typeof key !== 'string') throw new CborError('a key is no text')
      const order = last === undefined ? 1 : byLength(key, last)
      if (order === 0) throw new CborError(`the key ${key} stands twice`)
      if (order < 0) throw new CborError(`the key ${key} stands too late`, true)
      const value = this.read(depth)
      // An object that is given this key in the plain way gets another prototype instead.
      if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true })
      else map[key] = value
      last = key
    }
    return map
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length <= 64 && bytes.every((byte) => byte < 128)) return String.fromCharCode(...bytes)
  try {
    return decoder.decode(bytes)
  } catch {
    throw new CborError('a text is no UTF-8')
  }
}

/**
 * The one encoding of a value.
 *
 * @throws CborError for a number that is no whole one from 0 to 2^32 - 1.
 */
export function encodeCbor(value: Cbor): Uint8Array {
  const writer = new Writer()
  writer.write(value)
  return writer.written
}

/**
 * The value that the bytes are the one encoding of; null stands for what CBOR has and is encoded nowhere here, so that no field takes it.
 * Strings of bytes in it are views of the bytes.
 *
 * @throws CborError for any other bytes.
 */
export function decodeCbor(bytes: Uint8Array): ReadCbor {
  const reader = new Reader(bytes)
  const value = reader.read()
  if (!reader.isAtEnd) throw new CborError('bytes are left over')
  return value
}
