import { asciiToBytes, bytesToHex, bytesToUint } from '../../src/primitives/bytes.ts'
import type { Signer } from '../../src/primitives/crypto.ts'
import type { Address, Hex } from '../../src/primitives/hex.ts'
import { createDigests } from '../../src/signing/digests.ts'
import { makeNonce } from '../../src/terms/nonce.ts'
import { signerFromKey, testCrypto } from '../../src/testing/crypto.ts'
import { developmentKeys } from '../../src/testing/keys.ts'

/** The deployment that the vectors are of: chain id 314, the first contract of the first development key. */
export const domain = { chainId: 314n, contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3' } as const
export const { keccak256 } = testCrypto
export const digests = createDigests(domain, testCrypto)

/** The development keys' signers, in ascending order of their addresses as a channel wants its parties. */
export const signers: readonly Signer[] = developmentKeys
  .map(signerFromKey)
  .toSorted((a, b) => (a.address < b.address ? -1 : 1))

/** The n-th of them. */
export function signerAt(n: number): Signer {
  const signer = signers[n % signers.length]
  if (signer === undefined) throw new Error('there are no development keys')
  return signer
}

/** 32 bytes that look random and are the same every time. */
export const hashOf = (label: string): Hex => bytesToHex(keccak256(asciiToBytes(label)))
/** 20 such bytes. */
export const addressOf = (label: string): Address => bytesToHex(keccak256(asciiToBytes(label)).subarray(12))
/** A nonce of September 2026. */
export const nonceOf = (label: string): bigint =>
  makeNonce(1_790_000_000n, keccak256(asciiToBytes(label)).subarray(0, 4))
/** Such a number of `bits` bits. */
export const numberOf = (label: string, bits: number): bigint =>
  bytesToUint(keccak256(asciiToBytes(label))) & ((1n << BigInt(bits)) - 1n)
