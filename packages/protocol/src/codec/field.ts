/** What is encoded: numbers are whole, from 0 to 2^32 - 1, and larger ones strings of bytes. */
export type Cbor = Uint8Array | string | number | readonly Cbor[] | { readonly [key: string]: Cbor }

/** How a value of the type T is written and read: in a message, in a record. */
export interface Field<T> {
  /**
   * @param path Where the value stands, for the error.
   * @throws FieldError, ProtocolError `HEX_INVALID`, `NUMBER_OUT_OF_RANGE` for a value that the field does not hold.
   */
  readonly encode: (value: T, path: string) => Cbor
  /** @throws FieldError for what the field never writes. */
  readonly decode: (value: unknown, path: string) => T
}

/** A field that may be left out. */
export interface OptionalField<T> {
  readonly optional: Field<T>
}

/** What is wrong with a value: of another form, left out, a name that the struct does not have, a member that the union does not have. */
export type FieldFault =
  | { readonly type: 'invalid'; readonly expected: string }
  | { readonly type: 'missing' }
  | { readonly type: 'unknown' }
  | { readonly type: 'variant'; readonly got: string }

function describe(fault: FieldFault): string {
  switch (fault.type) {
    case 'invalid':
      return `is not ${fault.expected}`
    case 'missing':
      return 'is missing'
    case 'unknown':
      return 'is no known field'
    case 'variant':
      return `has no variant ${fault.got}`
  }
}

/** A value that is not what its field holds. Whoever reads messages or records turns it into an error of theirs. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
  /** Where the value stands: `record.terms.path[2]`. */
  readonly path: string
  readonly fault: FieldFault

  constructor(path: string, fault: FieldFault) {
    super(`${path} ${describe(fault)}`)
    this.path = path
    this.fault = fault
  }
}

/** The refusal of a value that is not what the field holds. */
export function invalid(path: string, expected: string): FieldError {
  return new FieldError(path, { type: 'invalid', expected })
}
