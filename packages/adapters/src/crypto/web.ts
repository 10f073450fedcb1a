import { instantiateSecp256k1, type Secp256k1 } from '@bitauth/libauth'
import { createWasmKeccak } from './keccak.ts'
import { type Curve, createKeyedCrypto, type KeyedCrypto } from './keyed-crypto.ts'

export type { KeyedCrypto } from './keyed-crypto.ts'

// This library answers with a text where others throw.
function required<T>(answer: T | string): T {
  if (typeof answer === 'string') throw new Error(answer)
  return answer
}

function wasmCurve(wasm: Secp256k1): Curve {
  return {
    isPrivateKey: (key) => wasm.validatePrivateKey(key),
    publicKey: (key) => required(wasm.derivePublicKeyUncompressed(key)),
    sign(digest, key) {
      const { signature, recoveryId } = required(wasm.signMessageHashRecoverableCompact(key, digest))
      return { compact: signature, recovery: recoveryId }
    },
    recover(digest, compact, recovery) {
      const publicKey = wasm.recoverPublicKeyUncompressed(compact, recovery, digest)
      return typeof publicKey === 'string' ? undefined : publicKey
    },
  }
}

/**
 * Cryptography wherever WebAssembly runs: libsecp256k1 and keccak compiled to it.
 *
 * @throws CryptoError `CRYPTO_SELF_TEST_FAILED`.
 */
export async function createWebCrypto(): Promise<KeyedCrypto> {
  return createKeyedCrypto('libauth', wasmCurve(await instantiateSecp256k1()), await createWasmKeccak())
}
