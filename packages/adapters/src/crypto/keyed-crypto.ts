import { type Address, bytesToHex, type Crypto, hexToBytes, isHex, type Keccak256, type Signer } from '@sluice/protocol'
import { CryptoError } from './errors.ts'
import { addressOf, formatSignature, parseSignature } from './signature.ts'

/** The protocol's cryptography, and signers made of private keys. */
export interface KeyedCrypto extends Crypto {
  /**
   * A signer that keeps the key to itself.
   *
   * @param privateKey 32 bytes, copied.
   * @throws CryptoError `CRYPTO_KEY_INVALID`.
   */
  signer(privateKey: Uint8Array): Signer
}

/** What a curve library brings. */
export interface Curve {
  isPrivateKey(key: Uint8Array): boolean
  /** Uncompressed, 65 bytes. */
  publicKey(privateKey: Uint8Array): Uint8Array
  sign(digest: Uint8Array, privateKey: Uint8Array): { readonly compact: Uint8Array; readonly recovery: number }
  /** The point of a public key times a private key, both points uncompressed; undefined where the key is no point of the curve. */
  multiply(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array | undefined
  /** The uncompressed public key, or undefined if there is none. */
  recover(digest: Uint8Array, compact: Uint8Array, recovery: 0 | 1): Uint8Array | undefined
}

// The first of the well-known development keys, so that a broken build of a library is found before money depends on it.
const KNOWN_KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const KNOWN_ADDRESS: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** How a public key of 65 bytes begins. */
const UNCOMPRESSED = 4

function signerOver(curve: Curve, keccak256: Keccak256, privateKey: Uint8Array): Signer {
  const key = Uint8Array.from(privateKey)
  if (key.length !== 32 || !curve.isPrivateKey(key)) throw new CryptoError('CRYPTO_KEY_INVALID')
  const publicKey = curve.publicKey(key)
  return {
    address: addressOf(publicKey, keccak256),
    publicKey: bytesToHex(publicKey),
    agree(theirs, owner) {
      const bytes = isHex(theirs, 65) ? hexToBytes(theirs) : undefined
      // Libraries also take forms with other first bytes, which nobody's address is made of.
      if (bytes?.[0] !== UNCOMPRESSED || addressOf(bytes, keccak256) !== owner) return undefined
      const point = curve.multiply(bytes, key)
      return point && bytesToHex(keccak256(point.subarray(1)))
    },
    sign(digest) {
      const { compact, recovery } = curve.sign(hexToBytes(digest, 32, 'digest'), key)
      return formatSignature(compact, recovery)
    },
  }
}

/**
 * Puts a curve and keccak together, and asks them one known question.
 *
 * @throws CryptoError `CRYPTO_SELF_TEST_FAILED`.
 */
export function createKeyedCrypto(provider: string, curve: Curve, keccak256: Keccak256): KeyedCrypto {
  const crypto: KeyedCrypto = {
    keccak256,
    recover(digest, signature) {
      const parsed = parseSignature(signature)
      if (parsed === undefined || !isHex(digest, 32)) return undefined
      const publicKey = curve.recover(hexToBytes(digest), parsed.compact, parsed.recovery)
      return publicKey === undefined ? undefined : addressOf(publicKey, keccak256)
    },
    signer: (privateKey) => signerOver(curve, keccak256, privateKey),
  }
  const signer = crypto.signer(KNOWN_KEY)
  const digest = `0x${'5a'.repeat(32)}` as const
  if (signer.address !== KNOWN_ADDRESS || crypto.recover(digest, signer.sign(digest)) !== KNOWN_ADDRESS) {
    throw new CryptoError('CRYPTO_SELF_TEST_FAILED', { provider })
  }
  return crypto
}
