import type { Field } from '../codec/field.ts'
import type { Id } from '../primitives/hex.ts'
import { decodeEntry, encodeEntry, malformed } from './entry.ts'
import type { RecordKind } from './kind.ts'

/**
 * Records that lie on disk as one entry each.
 *
 * @param keyOf A record's key below the prefix.
 * @example
 * ```ts
 * interface Cursor { readonly number: bigint }
 * const cursorKind = recordKind<Cursor>('cursor/', struct<Cursor>({ number: uint }), () => 'final')
 * ```
 */
export function recordKind<R>(prefix: string, field: Field<R>, keyOf: (record: R) => string): RecordKind<R> {
  return {
    prefix,
    writes(before, after) {
      const record = after ?? before
      if (record === undefined) return []
      return [{ key: prefix + keyOf(record), value: after && encodeEntry(field, after) }]
    },
    reader() {
      const records = new Map<Id, R>()
      return {
        take(key, value) {
          const record = decodeEntry(field, key, value)
          const own = keyOf(record)
          if (key.length !== prefix.length + own.length || !key.endsWith(own)) {
            throw malformed(key, `it is the record ${prefix}${own}`)
          }
          records.set(own as Id, record)
        },
        records: () => records,
      }
    },
  }
}
