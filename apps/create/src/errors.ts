import { type ErrorArguments, SluiceError } from '@sluice/protocol'

/** What can keep an app from being made. */
export const createErrors = {
  USAGE: { message: '{problem}', action: 'Look at the help: npm create sluice-app -- --help.' },
  EXAMPLE_MISSING: { message: 'no example is named', action: 'Give --example, one of: {names}.' },
  EXAMPLE_UNKNOWN: { message: 'there is no example {name}', action: 'Give one of: {names}.' },
  FOLDER_NOT_EMPTY: { message: '{path} is not an empty folder', action: 'Name a folder that is new or empty.' },
  FOLDER_UNWRITABLE: {
    message: 'the app could not be written into {path}: {problem}',
    action: 'Check the path, the permissions and the space left.',
  },
} as const

export type CreateErrorCode = keyof typeof createErrors

/**
 * Something that keeps an app from being made. The codes are in {@link createErrors}.
 *
 * @example `throw new CreateError('FOLDER_NOT_EMPTY', { path: '/srv/shop' })`
 */
export class CreateError<Code extends CreateErrorCode = CreateErrorCode> extends SluiceError<Code> {
  override readonly name = 'CreateError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof createErrors)[Code]['message']>) {
    super(code, createErrors[code], details, cause)
  }
}
