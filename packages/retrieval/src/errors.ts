import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type RetrievalErrorCode, retrievalErrors } from './error-codes.ts'

/** Something in retrieval that cannot go on. The codes are in {@link retrievalErrors}. */
export class RetrievalError<Code extends RetrievalErrorCode = RetrievalErrorCode> extends SluiceError<Code> {
  override readonly name = 'RetrievalError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof retrievalErrors)[Code]['message']>) {
    super(code, retrievalErrors[code], details, cause)
  }
}
