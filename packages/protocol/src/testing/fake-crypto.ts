import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import type { Crypto, Keccak256, Signer } from '../primitives/crypto.ts'
import type { Address, Hex } from '../primitives/hex.ts'

const keccak256 = (bytes: Uint8Array): Uint8Array => keccak_256(bytes)

function fakeSignature(address: Address, digest: Hex): Hex {
  const seal = keccak256(concatBytes(hexToBytes(address), hexToBytes(digest)))
  return bytesToHex(concatBytes(hexToBytes(address), seal, new Uint8Array(13)))
}

/** Signatures that anybody could forge, a hundred times as fast as real ones: for properties of what is signed, over many runs. */
export const fakeCrypto: Crypto = {
  keccak256,
  recover(digest, signature) {
    const address: Address = `0x${signature.slice(2, 42)}`
    return fakeSignature(address, digest) === signature ? address : undefined
  },
}

/** A signer for {@link fakeCrypto}. */
export function fakeSigner(address: Address): Signer {
  const publicKey = fakePublicKey(address)
  return {
    address,
    publicKey,
    sign: (digest) => fakeSignature(address, digest),
    agree: (theirs, owner) => fakeSecret(keccak256, [publicKey, theirs], owner),
  }
}

/** A public key that shows the address it stands for. */
export const fakePublicKey = (address: Address): Hex => `0x04${address.slice(2).padEnd(128, '0')}`

/** A secret that anybody could work out: the same for both sides, and another for every two keys. */
export function fakeSecret(hash: Keccak256, keys: readonly [own: Hex, theirs: Hex], owner: Address): Hex | undefined {
  if (keys[1] !== fakePublicKey(owner)) return undefined
  return bytesToHex(hash(concatBytes(...keys.toSorted().map((key) => hexToBytes(key)))))
}
