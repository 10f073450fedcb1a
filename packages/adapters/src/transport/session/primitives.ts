/** One ephemeral X25519 key pair. */
export interface EphemeralKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** The shared secret of 32 bytes; undefined for a public key that would make it predictable. */
  agree(publicKey: Uint8Array): Uint8Array | undefined
}

/** Authenticated encryption under one key. Nonces have 12 bytes. */
export interface Aead {
  /** The ciphertext and, behind it, the tag of 16 bytes. */
  seal(nonce: Uint8Array, plain: Uint8Array): Uint8Array
  /** Undefined unless it is what was sealed under that nonce. */
  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/** What a session needs of cryptography beside the signer's; each platform brings its own. */
export interface Primitives {
  random(length: number): Uint8Array
  createKey(): EphemeralKey
  /** HKDF-SHA256, 32 bytes. */
  derive(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array
  /** ChaCha20-Poly1305 under a key of 32 bytes. */
  createAead(key: Uint8Array): Aead
}

export const TAG_BYTES = 16
