import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Keccak256 } from '@sluice/protocol'
import type { Curve } from './keyed-crypto.ts'

// A digest is signed as it is, by the deterministic nonce of RFC 6979 and with a low s, as the other libraries do.
const AS_IS = { prehash: false, format: 'recovered' } as const

/** The curve in plain JavaScript. */
export const nobleCurve: Curve = {
  isPrivateKey: (key) => secp256k1.utils.isValidSecretKey(key),
  publicKey: (key) => secp256k1.getPublicKey(key, false),
  sign(digest, key) {
    const signature = secp256k1.sign(digest, key, AS_IS)
    return { compact: signature.subarray(1), recovery: signature[0] ?? 0 }
  },
  multiply(publicKey, key) {
    try {
      return secp256k1.getSharedSecret(key, publicKey, false)
    } catch {
      return undefined
    }
  },
  recover(digest, compact, recovery) {
    try {
      const signature = Uint8Array.of(recovery, ...compact)
      const publicKey = secp256k1.recoverPublicKey(signature, digest, { prehash: false })
      return secp256k1.Point.fromBytes(publicKey).toBytes(false)
    } catch {
      return undefined
    }
  },
}

/** Keccak-256 in plain JavaScript. */
export const nobleKeccak: Keccak256 = keccak_256
