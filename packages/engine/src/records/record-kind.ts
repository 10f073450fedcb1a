import { decode, encode } from '@ipld/dag-cbor'
import type { Id, RecordKind } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { Field } from './field.ts'

/** The version of the records of this package. A change of any of them raises it, and reads the versions before. */
const VERSION = 1

/**
 * Records that lie on disk as one entry each: canonical DAG-CBOR of [version, record].
 *
 * @param keyOf A record's key below the prefix.
 */
export function recordKind<R>(prefix: string, field: Field<R>, keyOf: (record: R) => string): RecordKind<R> {
  return {
    prefix,
    writes(before, after) {
      const record = after ?? before
      if (record === undefined) return []
      return [{ key: prefix + keyOf(record), value: after && encode([VERSION, field.to(after)]) }]
    },
    load(entries) {
      const records = new Map<Id, R>()
      for (const [key, value] of entries) records.set(key.slice(prefix.length) as Id, read(key, value, field))
      return records
    },
  }
}

function read<R>(key: string, value: Uint8Array, field: Field<R>): R {
  try {
    const raw: unknown = decode(value)
    if (!Array.isArray(raw) || raw.length !== 2 || raw[0] !== VERSION) throw new TypeError('unknown version')
    return field.from(raw[1])
  } catch (cause) {
    throw new EngineError('ENGINE_RECORD_UNREADABLE', { key }, cause)
  }
}
