import { type Address, bytesToHex, concatBytes, type Hex, isHex, type Keccak256 } from '@sluice/protocol'

/** Half the order of the curve: a larger s is the malleable twin of a smaller one. */
const HALF_ORDER = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
const ZERO = '0'.repeat(64)

/** A signature as the curve libraries take it: r and s in 64 bytes, and which of the two points r stands for. */
export interface RecoverableSignature {
  readonly compact: Uint8Array
  readonly recovery: 0 | 1
}

function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/**
 * Takes 65 bytes r, s, v apart. Undefined unless it is the one form that the protocol takes: r and s from 1,
 * r below the order, s at most half of it, v 27 or 28. Hexadecimal of equal length compares as the numbers do.
 */
export function parseSignature(signature: Hex): RecoverableSignature | undefined {
  if (!isHex(signature, 65)) return undefined
  const r = signature.slice(2, 66)
  const s = signature.slice(66, 130)
  const v = signature.slice(130)
  if (r === ZERO || r >= ORDER || s === ZERO || s > HALF_ORDER || (v !== '1b' && v !== '1c')) return undefined
  return { compact: fromHex(signature.slice(2, 130)), recovery: v === '1b' ? 0 : 1 }
}

/** 65 bytes r, s, v as the protocol writes them. The curve libraries used here all sign with a low s. */
export function formatSignature(compact: Uint8Array, recovery: number): Hex {
  return bytesToHex(concatBytes(compact, Uint8Array.of(27 + recovery)))
}

/** The address of an uncompressed public key of 65 bytes. */
export function addressOf(publicKey: Uint8Array, keccak256: Keccak256): Address {
  return bytesToHex(keccak256(publicKey.subarray(1)).subarray(12))
}
