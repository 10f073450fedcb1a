import { createRequire } from 'node:module'
import type * as Secp256k1 from 'secp256k1'
import { CryptoError } from './errors.ts'
import { createWasmKeccak } from './keccak.ts'
import { type Curve, createKeyedCrypto, type KeyedCrypto } from './keyed-crypto.ts'

export type { KeyedCrypto } from './keyed-crypto.ts'

// Its main entry falls back to slow JavaScript without a word; this one is the native part or nothing.
function loadNative(): typeof Secp256k1 {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings')
  } catch (cause) {
    throw new CryptoError('CRYPTO_NATIVE_MISSING', { platform: `${process.platform}-${process.arch}` }, cause)
  }
}

function nativeCurve(native: typeof Secp256k1): Curve {
  return {
    isPrivateKey: (key) => native.privateKeyVerify(key),
    publicKey: (key) => native.publicKeyCreate(key, false),
    sign(digest, key) {
      const { signature, recid } = native.ecdsaSign(digest, key)
      return { compact: signature, recovery: recid }
    },
    multiply(publicKey, key) {
      try {
        return native.publicKeyTweakMul(publicKey, key, false)
      } catch {
        return undefined
      }
    },
    recover(digest, compact, recovery) {
      try {
        return native.ecdsaRecover(compact, recovery, digest, false)
      } catch {
        return undefined
      }
    },
  }
}

/**
 * The fastest cryptography in Node: native libsecp256k1, keccak in WebAssembly.
 *
 * @throws CryptoError `CRYPTO_NATIVE_MISSING`, `CRYPTO_SELF_TEST_FAILED`.
 * @example
 * ```ts
 * const crypto = await createNodeCrypto()
 * const signer = crypto.signer(privateKey)
 * crypto.recover(digest, signer.sign(digest)) === signer.address
 * ```
 */
export async function createNodeCrypto(): Promise<KeyedCrypto> {
  return createKeyedCrypto('secp256k1', nativeCurve(loadNative()), await createWasmKeccak())
}
