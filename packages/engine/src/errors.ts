import { type ErrorArguments, meaningOf, SluiceError } from '@sluice/protocol'
import type { EngineErrorCode, engineErrors } from './error-codes.ts'

/** Something that the engine refuses or could not do. The codes are in {@link engineErrors}. */
export class EngineError<Code extends EngineErrorCode = EngineErrorCode> extends SluiceError<Code> {
  override readonly name = 'EngineError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof engineErrors)[Code]['message']>) {
    super(code, meaningOf(code), details, cause)
  }
}
