import { type ProtocolErrorCode, protocolErrors } from './error-codes.ts'

/** A value that an error carries. Never a secret. */
export type ErrorValue = string | number | bigint | boolean | undefined

/** The values that an error is about, by name. */
export type ErrorDetails = Readonly<Record<string, ErrorValue>>

/** What a table of errors holds for one code. `message` names the details that it shows in braces: `seq {got} is not {expected}`. */
export interface ErrorDefinition {
  /** What is wrong, in one sentence without a final stop. */
  readonly message: string
  /** What to do next, in one sentence; may show details too. */
  readonly action: string
}

/** The names in braces of a message template. */
export type DetailNames<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | DetailNames<Rest>
  : never

/** The details that a template needs, and any others. */
export type DetailsOf<Template extends string> = Readonly<Record<DetailNames<Template>, ErrorValue>> & ErrorDetails

/** The arguments after the code: the details may be left out where the template needs none. */
export type ErrorArguments<Template extends string> = [DetailNames<Template>] extends [never]
  ? [details?: ErrorDetails, cause?: unknown]
  : [details: DetailsOf<Template>, cause?: unknown]

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in details ? String(details[name]) : whole))
}

/**
 * What every error of Sluice derives from: a stable code, the values involved, the cause, and what to do next.
 * A package derives its own class over its own table of codes.
 *
 * @example
 * ```ts
 * const storeErrors = {
 *   STORE_IN_USE: { message: 'the store {path} is in use', action: 'Stop the other process, or choose another folder.' },
 * } as const
 *
 * class StoreError<Code extends keyof typeof storeErrors> extends SluiceError<Code> {
 *   constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof storeErrors)[Code]['message']>) {
 *     super(code, storeErrors[code], details, cause)
 *   }
 * }
 * ```
 */
export class SluiceError<Code extends string = string> extends Error {
  override readonly name: string = 'SluiceError'
  readonly code: Code
  /** What to do next. */
  readonly action: string
  readonly details: ErrorDetails

  constructor(code: Code, definition: ErrorDefinition, details: ErrorDetails = {}, cause?: unknown) {
    super(fill(definition.message, details), cause === undefined ? undefined : { cause })
    this.code = code
    this.action = fill(definition.action, details)
    this.details = details
  }
}

/**
 * A rule of the protocol that somebody's input breaks. The codes are in {@link protocolErrors}.
 *
 * @example `throw new ProtocolError('LANE_BASE_UNKNOWN', { expected: 4n, got: 7n })`
 */
export class ProtocolError<Code extends ProtocolErrorCode = ProtocolErrorCode> extends SluiceError<Code> {
  override readonly name = 'ProtocolError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof protocolErrors)[Code]['message']>) {
    super(code, protocolErrors[code], details, cause)
  }
}
