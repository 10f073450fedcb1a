import { type ErrorArguments, SluiceError } from '@sluice/protocol'

/** Every error of the cryptography adapters. */
export const cryptoErrors = {
  CRYPTO_NATIVE_MISSING: {
    message: "the native part of secp256k1 does not load on {platform}, and its slow replacement isn't used",
    action: 'Build it with `npm rebuild secp256k1`, or use @sluice/adapters/crypto-web.',
  },
  CRYPTO_SELF_TEST_FAILED: {
    message: 'the cryptography of {provider} gives a wrong answer to a known question',
    action: 'Install the packages anew.',
  },
  CRYPTO_KEY_INVALID: {
    message: 'the private key is not 32 bytes that make a secp256k1 key',
    action: 'Give a key that `sluice keys new` made, or any from 1 to the order of the curve less 1.',
  },
} as const

/** Cryptography that is not to be had here, or a key that is none. The codes are in {@link cryptoErrors}. */
export class CryptoError<Code extends keyof typeof cryptoErrors = keyof typeof cryptoErrors> extends SluiceError<Code> {
  override readonly name = 'CryptoError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof cryptoErrors)[Code]['message']>) {
    super(code, cryptoErrors[code], details, cause)
  }
}
