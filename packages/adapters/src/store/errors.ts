import { type ErrorArguments, meaningOf, SluiceError } from '@sluice/protocol'
import type { storeErrors } from './error-codes.ts'

/** A store that cannot be had, read or written. The codes are in {@link storeErrors}. */
export class StoreError<Code extends keyof typeof storeErrors = keyof typeof storeErrors> extends SluiceError<Code> {
  override readonly name = 'StoreError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof storeErrors)[Code]['message']>) {
    super(code, meaningOf(code), details, cause)
  }
}
