import type { Address, Hex } from './hex.ts'

/** Keccak-256 of the bytes, 32 bytes. */
export type Keccak256 = (bytes: Uint8Array) => Uint8Array

/** What the pure rules need of cryptography. It arrives as an argument, so that each surrounding brings its fastest. */
export interface Crypto {
  readonly keccak256: Keccak256
  /** The signer of a 32-byte digest, or undefined for a signature that is malformed, has a high s, or recovers to nobody. */
  recover(digest: Hex, signature: Hex): Address | undefined
}

/** A hot key that signs digests and never shows itself. */
export interface Signer {
  readonly address: Address
  /** Of the address: 65 bytes, uncompressed. */
  readonly publicKey: Hex
  /** 65 bytes r, s, v with a low s and v 27 or 28. */
  sign(digest: Hex): Hex
  /**
   * The secret that this key shares with another one by Diffie and Hellman: Keccak-256 of the common point's two coordinates, 64 bytes.
   * Undefined for a public key that is none, or not that of `owner`.
   */
  agree(publicKey: Hex, owner: Address): Hex | undefined
}
