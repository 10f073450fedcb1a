import { decodeCbor, encodeCbor } from '../codec/cbor.ts'
import { type Field, FieldError, invalid } from '../codec/field.ts'
import { ProtocolError } from '../errors.ts'

/** The version of all that lies on disk, apart from that of the peers' messages. A change of any record raises it. */
export const RECORD_VERSION = 2

/**
 * One entry's value: canonical DAG-CBOR of `[version, record]`.
 *
 * @throws FieldError, ProtocolError `HEX_INVALID`, `NUMBER_OUT_OF_RANGE` for a record that holds what its field does not.
 */
export function encodeEntry<T>(field: Field<T>, value: T): Uint8Array {
  return encodeCbor([RECORD_VERSION, field.encode(value, 'record')])
}

/** The refusal of an entry that is none of this version's. */
export function malformed(key: string, cause: unknown): ProtocolError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ProtocolError('RECORD_MALFORMED', { key, reason }, cause)
}

function parse(key: string, bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes)
  } catch (cause) {
    throw malformed(key, cause)
  }
}

function checkVersion(key: string, version: unknown): void {
  if (version === RECORD_VERSION) return
  const got = typeof version === 'number' ? version : typeof version
  throw new ProtocolError('RECORD_VERSION_UNKNOWN', { key, got, expected: RECORD_VERSION })
}

/**
 * Reads one entry.
 *
 * @param key Where it stands, for the error.
 * @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
 */
export function decodeEntry<T>(field: Field<T>, key: string, bytes: Uint8Array): T {
  const envelope = parse(key, bytes)
  if (!Array.isArray(envelope) || envelope.length !== 2) {
    throw malformed(key, invalid('entry', 'an array of a version and a record'))
  }
  const [version, record] = envelope
  checkVersion(key, version)
  try {
    return field.decode(record, 'record')
  } catch (cause) {
    throw cause instanceof FieldError ? malformed(key, cause) : cause
  }
}
