import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type HttpErrorCode, httpErrors } from './error-codes.ts'

/** Something in paid HTTP that cannot go on. The codes are in {@link httpErrors}. */
export class HttpError<Code extends HttpErrorCode = HttpErrorCode> extends SluiceError<Code> {
  override readonly name = 'HttpError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof httpErrors)[Code]['message']>) {
    super(code, httpErrors[code], details, cause)
  }
}

/** Too Many Requests: the server asks for patience. */
const BUSY = 429

/** Whether a server refuses for now alone: it failed, or asks for patience. */
export function isPassingStatus({ code, details }: HttpError): boolean {
  const status = Number(details.status)
  return code === 'RESPONSE_STATUS' && (status >= 500 || status === BUSY)
}
