import { decode, encode } from '@ipld/dag-cbor'
import { ProtocolError } from '../errors.ts'
import type { Field } from '../messages/field.ts'

/**
 * The version of the records on disk, apart from that of the peers' messages. A change of any record raises it, and reads the
 * versions before.
 */
export const RECORD_VERSION = 1

/** One entry's value: canonical DAG-CBOR of [version, record]. */
export function encodeEntry<T>(field: Field<T>, value: T): Uint8Array {
  return encode([RECORD_VERSION, field.encode(value, 'record')])
}

function open(key: string, bytes: Uint8Array): unknown {
  let raw: unknown
  try {
    raw = decode(bytes)
  } catch (cause) {
    throw new ProtocolError('RECORD_MALFORMED', { key }, cause)
  }
  if (!Array.isArray(raw) || raw.length !== 2) throw new ProtocolError('RECORD_MALFORMED', { key })
  const [version, body] = raw
  if (version !== RECORD_VERSION) {
    throw new ProtocolError('RECORD_VERSION_UNKNOWN', { key, got: String(version), newest: RECORD_VERSION })
  }
  return body
}

/** Reads one entry. @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`. */
export function decodeEntry<T>(field: Field<T>, key: string, bytes: Uint8Array): T {
  const body = open(key, bytes)
  try {
    return field.decode(body, 'record')
  } catch (cause) {
    throw new ProtocolError('RECORD_MALFORMED', { key }, cause)
  }
}
