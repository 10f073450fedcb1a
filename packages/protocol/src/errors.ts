import type { ProtocolErrorCode, protocolErrors } from './error-codes.ts'

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

/** What codes mean, as far as that was loaded. */
const meanings = new Map<string, ErrorDefinition>()

/**
 * Lets errors say in sentences what they mean and what to do next. Until then an error of the protocol or of the engine says its code and
 * its values alone: the code is what programs go by, and a page that pays need not load some 4 kB of text before it can.
 *
 * `createEngine` does this, and so does the `sluice` command.
 *
 * @example `explainErrors(protocolErrors)`
 */
export function explainErrors(...tables: readonly Readonly<Record<string, ErrorDefinition>>[]): void {
  for (const table of tables) for (const [code, meaning] of Object.entries(table)) meanings.set(code, meaning)
}

/** What a code means, if that was loaded: for the classes of errors whose tables may come later. */
export const meaningOf = (code: string): ErrorDefinition | undefined => meanings.get(code)

/** What is said of an error whose meaning was not loaded. */
function unexplained(code: string, details: ErrorDetails): ErrorDefinition {
  const values = Object.keys(details).map((name) => `${name} {${name}}`)
  return { message: [code, ...values].join(', '), action: `Look ${code} up in the page of errors, docs/errors.md.` }
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

  /** @param definition What the code means; undefined while that is not loaded. */
  constructor(code: Code, definition: ErrorDefinition | undefined, details: ErrorDetails = {}, cause?: unknown) {
    const { message, action } = definition ?? unexplained(code, details)
    super(fill(message, details), cause === undefined ? undefined : { cause })
    this.code = code
    this.action = fill(action, details)
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
    super(code, meaningOf(code), details, cause)
  }
}
