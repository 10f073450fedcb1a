import { instantiateSecp256k1, type Secp256k1 } from '@bitauth/libauth'
import type { Curve } from './keyed-crypto.ts'

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
    multiply(publicKey, key) {
      const point = wasm.mulTweakPublicKeyUncompressed(publicKey, key)
      return typeof point === 'string' ? undefined : point
    },
    recover(digest, compact, recovery) {
      const publicKey = wasm.recoverPublicKeyUncompressed(compact, recovery, digest)
      return typeof publicKey === 'string' ? undefined : publicKey
    },
  }
}

/** The curve by libsecp256k1 in WebAssembly. */
export async function createWasmCurve(): Promise<Curve> {
  return wasmCurve(await instantiateSecp256k1())
}
