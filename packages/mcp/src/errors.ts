import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type McpErrorCode, mcpErrors } from './error-codes.ts'

/** Why a tool was not bought. The codes are in {@link mcpErrors}. */
export class ToolPaymentError<Code extends McpErrorCode = McpErrorCode> extends SluiceError<Code> {
  override readonly name = 'ToolPaymentError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof mcpErrors)[Code]['message']>) {
    super(code, mcpErrors[code], details, cause)
  }
}
