import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type HttpErrorCode, httpErrors } from './error-codes.ts'

/** Something in paid HTTP that cannot go on. The codes are in {@link httpErrors}. */
export class HttpError<Code extends HttpErrorCode = HttpErrorCode> extends SluiceError<Code> {
  override readonly name = 'HttpError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof httpErrors)[Code]['message']>) {
    super(code, httpErrors[code], details, cause)
  }
}
