import { encodeAbiParameters, type Hex, keccak256, parseAbiParameters } from 'viem'

const parts = parseAbiParameters('bytes32, uint40')

/**
 * The id under which locks ask HashLockResolver: 40 bits of deadline, then 216 bits of a hash.
 *
 * @param hash - SHA-256 of a preimage of exactly 32 bytes.
 * @param deadline - Block timestamp in seconds; the last at which the preimage can be registered.
 * @example
 * const id = hashLockId(sha256(preimage), 1_800_000_000)
 */
export function hashLockId(hash: Hex, deadline: number): Hex {
  const digest = keccak256(encodeAbiParameters(parts, [hash, deadline]))
  return `0x${deadline.toString(16).padStart(10, '0')}${digest.slice(12)}`
}
