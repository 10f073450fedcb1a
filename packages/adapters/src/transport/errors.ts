import { type ErrorArguments, meaningOf, SluiceError } from '@sluice/protocol'
import type { transportErrors } from './error-codes.ts'

/** A session that cannot be had. The codes are in `transportErrors`. */
export class TransportError<
  Code extends keyof typeof transportErrors = keyof typeof transportErrors,
> extends SluiceError<Code> {
  override readonly name = 'TransportError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof transportErrors)[Code]['message']>) {
    super(code, meaningOf(code), details, cause)
  }
}
