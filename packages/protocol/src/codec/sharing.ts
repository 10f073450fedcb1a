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
