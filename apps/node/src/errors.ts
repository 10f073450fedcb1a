import {
  type ErrorArguments,
  type ErrorDefinition,
  type ErrorDetails,
  explainErrors,
  protocolErrors,
  SluiceError,
} from '@sluice/protocol'
import { type NodeErrorCode, nodeErrors } from './error-codes.ts'

// Commands meet the protocol's errors without an engine, too.
explainErrors(protocolErrors)

function fillAction(definition: ErrorDefinition, details: ErrorDetails | undefined): ErrorDefinition {
  const action = definition.action.replace(/\{(\w+)\}/g, (whole, name: string) => String(details?.[name] ?? whole))
  return { ...definition, action }
}

/**
 * Something wrong in the command or the daemon itself. The codes are in {@link nodeErrors}.
 *
 * @example `throw new NodeError('CHANNEL_UNKNOWN', { id: '0x12' })`
 */
export class NodeError<Code extends NodeErrorCode = NodeErrorCode> extends SluiceError<Code> {
  override readonly name = 'NodeError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof nodeErrors)[Code]['message']>) {
    super(code, fillAction(nodeErrors[code], details), details, cause)
  }
}

/** What a thrown value says, in one line. */
export function problemOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text.split('\n', 1)[0] ?? ''
}

/** Any thrown value as an error with a code and what to do next. */
export function toSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown
  return new NodeError('INTERNAL', { problem: problemOf(thrown) }, thrown)
}
