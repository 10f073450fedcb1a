import { createHash } from 'node:crypto'
import { type Address, bytesToHex, type Crypto, type Hex, hexToBytes, type Signer } from '@sluice/protocol'
import { fakePublicKey, fakeSecret, testCrypto } from '@sluice/protocol/testing'

/** Cryptography of a simulation: nothing can be forged in it, because it knows who signed what. */
export interface FastCrypto extends Crypto {
  /** A signer whose address the number decides. */
  signer(number: number): Signer
}

const sha3 = (bytes: Uint8Array): Uint8Array => createHash('sha3-256').update(bytes).digest()

/** What a node of a tree of locks is hashed from: a byte 1 and two hashes. */
const NODE_BYTES = 65

/** Whether these are two nodes alike, as two empty ones are: what comes of those is written down in the tree, by keccak itself. */
function isPair(bytes: Uint8Array): boolean {
  if (bytes.length !== NODE_BYTES || bytes[0] !== 1) return false
  for (let i = 1; i <= 32; i++) if (bytes[i] !== bytes[i + 32]) return false
  return true
}

/**
 * Cryptography for simulations that sign and verify a great deal: another hash than keccak, and signatures that are looked up
 * instead of computed. A signature counts only for the digest and the signer that it was made by.
 */
export function createFastCrypto(): FastCrypto {
  const made = new Map<Hex, { readonly digest: Hex; readonly by: Address }>()
  const sign = (by: Address, digest: Hex): Hex => {
    const seed = sha3(hexToBytes(`${by}${digest.slice(2)}`))
    const signature = bytesToHex(Uint8Array.of(...seed, ...sha3(seed), 27))
    made.set(signature, { digest, by })
    return signature
  }
  return {
    keccak256: (bytes) => (isPair(bytes) ? testCrypto.keccak256(bytes) : sha3(bytes)),
    recover(digest, signature) {
      const found = made.get(signature)
      return found?.digest === digest ? found.by : undefined
    },
    signer(number) {
      const address = bytesToHex(sha3(new TextEncoder().encode(`signer ${number}`)).subarray(12))
      const publicKey = fakePublicKey(address)
      return {
        address,
        publicKey,
        sign: (digest) => sign(address, digest),
        agree: (theirs, owner) => fakeSecret(sha3, [publicKey, theirs], owner),
      }
    },
  }
}
