import { equalBytes } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'
import type { Field } from './field.ts'

/** How many different values are kept to be shared. Beyond that all are forgotten: what comes then is shared anew. */
const SHARED_MAX = 16_384

/**
 * Lets equal decoded values be one in memory: for what the same few parties, channels and paths bring again and again. What is shared
 * never changes.
 *
 * @param keyOf The same for equal values alone.
 */
export function sharing<T>(field: Field<T>, keyOf: (value: T) => string): Field<T> {
  const known = new Map<string, T>()
  return {
    encode: field.encode,
    decode(value, path) {
      const decoded = field.decode(value, path)
      const key = keyOf(decoded)
      const first = known.get(key)
      if (first !== undefined) return first
      if (known.size >= SHARED_MAX) known.clear()
      known.set(key, decoded)
      return decoded
    },
  }
}

/** The first six bytes as a number. */
function beginningOf(bytes: Uint8Array): number {
  let beginning = 0
  for (let i = 0; i < 6; i++) beginning = beginning * 256 + (bytes[i] ?? 0)
  return beginning
}

/** The same for bytes of a fixed length as hexadecimal, which is made only of bytes that are not known. `max`: how many are. */
export function sharingHex(field: Field<Hex>, max = SHARED_MAX): Field<Hex> {
  const known = new Map<number, { readonly bytes: Uint8Array; readonly hex: Hex }>()
  return {
    encode: field.encode,
    decode(value, path) {
      if (!(value instanceof Uint8Array)) return field.decode(value, path)
      const beginning = beginningOf(value)
      const first = known.get(beginning)
      if (first !== undefined && equalBytes(first.bytes, value)) return first.hex
      const hex = field.decode(value, path)
      if (known.size >= max) known.clear()
      known.set(beginning, { bytes: value.slice(), hex })
      return hex
    },
  }
}
