import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type TabErrorCode, tabErrors } from './error-codes.ts'

/** Why a request is not paid for on a tab, or not served for it. The codes are in {@link tabErrors}. */
export class TabError<Code extends TabErrorCode = TabErrorCode> extends SluiceError<Code> {
  override readonly name = 'TabError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof tabErrors)[Code]['message']>) {
    super(code, tabErrors[code], details, cause)
  }
}
