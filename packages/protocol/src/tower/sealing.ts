import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Hex, Id } from '../primitives/hex.ts'

/** ChaCha20-Poly1305 with a key of 32 bytes, a nonce of 12 and no associated data. */
export interface Cipher {
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array
  /** Undefined for what this key and nonce did not seal. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

const NONCE_BYTES = 12

const of = (keccak256: Keccak256, purpose: string, virtualId: Id): Uint8Array =>
  keccak256(concatBytes(asciiToBytes(purpose), hexToBytes(virtualId)))

/** By what a tower finds an item once the chain names its virtual channel: it does not tell the id. */
export function virtualHint(keccak256: Keccak256, virtualId: Id): Hex {
  return bytesToHex(of(keccak256, 'sluice tower hint', virtualId))
}

/** Under what a virtual channel's item is kept. */
export const virtualItemKey = (hint: Hex): string => `virtual/${hint}`

/** Seals an item under its virtual channel's id. The same item comes out the same, and no two under one nonce. */
export function sealItem(keccak256: Keccak256, cipher: Cipher, virtualId: Id, plain: Uint8Array): Uint8Array {
  const key = of(keccak256, 'sluice tower seal', virtualId)
  const nonce = keccak256(concatBytes(key, plain)).subarray(0, NONCE_BYTES)
  return concatBytes(nonce, cipher.seal(key, nonce, plain))
}

/** Opens what was sealed under an id; undefined for anything else. */
export function openItem(
  keccak256: Keccak256,
  cipher: Cipher,
  virtualId: Id,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length <= NONCE_BYTES) return undefined
  const key = of(keccak256, 'sluice tower seal', virtualId)
  return cipher.open(key, sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES))
}
