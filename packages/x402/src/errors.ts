import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type X402ErrorCode, x402Errors } from './error-codes.ts'

/** What keeps the scheme from being used. The codes are in {@link x402Errors}. */
export class X402Error<Code extends X402ErrorCode = X402ErrorCode> extends SluiceError<Code> {
  override readonly name = 'X402Error'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof x402Errors)[Code]['message']>) {
    super(code, x402Errors[code], details, cause)
  }
}
