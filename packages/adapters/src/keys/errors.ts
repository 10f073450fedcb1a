import { type ErrorArguments, SluiceError } from '@sluice/protocol'

/** Every error of the keys. None ever carries a key or a password. */
export const keyErrors = {
  KEY_FILE_MISSING: {
    message: 'there is no key file {path}',
    action: 'Make one with `sluice keys new`, or give the path of another.',
  },
  KEY_FILE_UNREADABLE: {
    message: 'the key file {path} cannot be read: {reason}',
    action: 'Give this user the right to read it.',
  },
  KEY_FILE_INVALID: {
    message: 'the file {path} is no Ethereum keystore of version 3: {reason}',
    action: 'Give the path of a keystore file.',
  },
  KEY_FILE_EXISTS: {
    message: 'the file {path} exists already',
    action: 'Choose another path: a key file is never overwritten.',
  },
  KEY_FILE_UNWRITABLE: {
    message: 'the key file {path} cannot be written: {reason}',
    action: 'Choose a folder that exists and that this user may write to.',
  },
  KEY_PASSWORD_WRONG: {
    message: 'the password does not open the key file {path}',
    action: 'Try again with the right one.',
  },
  KEY_VARIABLE_MISSING: {
    message: 'the environment variable {name} is not set',
    action: 'Set it to the private key, or use a key file.',
  },
  KEY_VARIABLE_INVALID: {
    message: 'the environment variable {name} does not hold a private key',
    action: 'Set it to 64 hexadecimal digits, with or without 0x before them.',
  },
} as const

/** A key that cannot be had or kept. The codes are in {@link keyErrors}. */
export class KeyError<Code extends keyof typeof keyErrors = keyof typeof keyErrors> extends SluiceError<Code> {
  override readonly name = 'KeyError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof keyErrors)[Code]['message']>) {
    super(code, keyErrors[code], details, cause)
  }
}
