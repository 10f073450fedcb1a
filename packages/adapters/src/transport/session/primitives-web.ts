import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { asciiToBytes, explainErrors } from '@sluice/protocol'
import { transportErrors } from '../error-codes.ts'
import type { Primitives } from './primitives.ts'

function attempt<T>(compute: () => T): T | undefined {
  try {
    return compute()
  } catch {
    return undefined
  }
}

/** A session's cryptography wherever JavaScript runs. */
export const webPrimitives: Primitives = {
  random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),

  createKey() {
    const { secretKey, publicKey } = x25519.keygen()
    return { publicKey, agree: (theirs) => attempt(() => x25519.getSharedSecret(secretKey, theirs)) }
  },

  derive: (secret, salt, info) => hkdf(sha256, secret, salt, asciiToBytes(info), 32),
  createAead: (key) => ({
    seal: (nonce, plain) => chacha20poly1305(key, nonce).encrypt(plain),
    open: (nonce, sealed) => attempt(() => chacha20poly1305(key, nonce).decrypt(sealed)),
  }),
}

/** Lets the errors of transports say what they mean. */
export function explainTransport(): void {
  explainErrors(transportErrors)
}
