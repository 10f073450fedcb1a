import { ProtocolError } from '../errors.ts'

/** What DAG-CBOR holds here: no floats, no null, no tags, no booleans; numbers above 32 bits are byte strings. */
export type Cbor = Uint8Array | string | number | readonly Cbor[] | { readonly [key: string]: Cbor }

/** How a value of the type T travels. */
export interface Field<T> {
  /**
   * @param path Where the value stands, for the error.
   * @throws ProtocolError for a value that the field does not hold.
   */
  readonly encode: (value: T, path: string) => Cbor
  /** @throws ProtocolError `MESSAGE_FIELD_INVALID`, `MESSAGE_FIELD_MISSING`, `MESSAGE_FIELD_UNKNOWN`, `MESSAGE_TYPE_UNKNOWN`. */
  readonly decode: (value: unknown, path: string) => T
}

/** A field that may be left out. */
export interface OptionalField<T> {
  readonly optional: Field<T>
}

/** The refusal of a value that is not what the field holds. */
export function invalid(path: string, expected: string): ProtocolError {
  return new ProtocolError('MESSAGE_FIELD_INVALID', { path, expected })
}
