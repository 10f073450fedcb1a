import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes, isHex } from '../primitives/bytes.ts'
import type { Crypto, Signer } from '../primitives/crypto.ts'
import type { Address, Hex } from '../primitives/hex.ts'

function addressOf(publicKey: Uint8Array): Address {
  const uncompressed = secp256k1.Point.fromBytes(publicKey).toBytes(false)
  return bytesToHex(keccak_256(uncompressed.subarray(1)).subarray(12))
}

/** noble wants the recovery bit first: v, r, s. */
function toRecovered(signature: Hex): Uint8Array | undefined {
  if (!isHex(signature, 65)) return undefined
  const bytes = hexToBytes(signature, 65)
  const v = bytes[64]
  return v === 27 || v === 28 ? Uint8Array.of(v - 27, ...bytes.subarray(0, 64)) : undefined
}

function recover(digest: Hex, signature: Hex): Address | undefined {
  const recovered = toRecovered(signature)
  if (recovered === undefined) return undefined
  try {
    if (secp256k1.Signature.fromBytes(recovered, 'recovered').hasHighS()) return undefined
    return addressOf(secp256k1.recoverPublicKey(recovered, hexToBytes(digest, 32), { prehash: false }))
  } catch {
    return undefined
  }
}

/** Cryptography for tests and scripts, over noble: correct, portable and slow. */
export const testCrypto: Crypto = { keccak256: (bytes) => keccak_256(bytes), recover }

/** A signer of a key that lies open: for tests and scripts only. */
export function signerFromKey(key: Hex): Signer {
  const secret = hexToBytes(key, 32)
  const publicKey = secp256k1.getPublicKey(secret, false)
  return {
    address: addressOf(publicKey),
    publicKey: bytesToHex(publicKey),
    agree(theirs, owner) {
      try {
        if (!isHex(theirs, 65) || addressOf(hexToBytes(theirs)) !== owner) return undefined
        return bytesToHex(keccak_256(secp256k1.getSharedSecret(secret, hexToBytes(theirs), false).subarray(1)))
      } catch {
        return undefined
      }
    },
    sign(digest) {
      const bytes = secp256k1.sign(hexToBytes(digest, 32), secret, { prehash: false, format: 'recovered' })
      return bytesToHex(Uint8Array.of(...bytes.subarray(1), 27 + (bytes[0] ?? 0)))
    },
  }
}
