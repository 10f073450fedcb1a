import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Cipher } from '@sluice/protocol'

const NAME = 'chacha20-poly1305'
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }

/** By what items of virtual channels are sealed: that of Node.js. */
export const nodeCipher: Cipher = {
  seal(key, nonce, plain) {
    const sealing = createCipheriv(NAME, key, nonce, OPTIONS)
    return new Uint8Array(Buffer.concat([sealing.update(plain), sealing.final(), sealing.getAuthTag()]))
  },
  open(key, nonce, sealed) {
    if (sealed.length < TAG_BYTES) return undefined
    const opening = createDecipheriv(NAME, key, nonce, OPTIONS).setAuthTag(sealed.subarray(-TAG_BYTES))
    const plain = opening.update(sealed.subarray(0, -TAG_BYTES))
    try {
      return new Uint8Array(Buffer.concat([plain, opening.final()]))
    } catch {
      return undefined
    }
  },
}
