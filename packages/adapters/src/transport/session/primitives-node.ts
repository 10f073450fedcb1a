import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { type Aead, type Primitives, TAG_BYTES } from './primitives.ts'

const CIPHER = 'chacha20-poly1305'
/** What stands before the 32 bytes of an X25519 public key in its DER form. */
const DER_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

/** The same bytes without what Node adds: a Buffer's `slice` would not copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

// A key object made once saves three quarters of what sealing a small record costs.
function createAead(key: KeyObject): Aead {
  return {
    seal(nonce, text) {
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      const body = cipher.update(text)
      cipher.final()
      return plain(Buffer.concat([body, cipher.getAuthTag()]))
    },

    open(nonce, sealed) {
      if (sealed.length < TAG_BYTES) return undefined
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
      try {
        const text = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
        decipher.final()
        return plain(text)
      } catch {
        return undefined
      }
    },
  }
}

/** A session's cryptography by OpenSSL. */
export const nodePrimitives: Primitives = {
  random: (length) => plain(randomBytes(length)),

  createKey() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    return {
      publicKey: plain(publicKey.export({ type: 'spki', format: 'der' })).subarray(DER_PREFIX.length),
      agree(theirs) {
        try {
          const key = Buffer.concat([DER_PREFIX, theirs])
          return plain(diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) }))
        } catch {
          return undefined
        }
      },
    }
  },

  derive: (secret, salt, info) => new Uint8Array(hkdfSync('sha256', secret, salt, info, 32)),

  createAead: (key) => createAead(createSecretKey(key)),
}
