import { ProtocolError } from '../errors.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import { HASH_BYTES, type HashText } from './hash-text.ts'
import { hashNodeText } from './lock.ts'

/** A tree is at most this deep, so that a subtree without locks is less. */
const MAX_DEPTH = 31

/** By the hash function, the hashes of the depths so far: each is made once, so that no state has to carry them. */
const known = new WeakMap<Keccak256, HashText[]>()

function hashesOf(keccak256: Keccak256): HashText[] {
  const found = known.get(keccak256)
  if (found !== undefined) return found
  const hashes = ['\0'.repeat(HASH_BYTES)]
  known.set(keccak256, hashes)
  return hashes
}

/**
 * The hash of a subtree of this depth without locks: 32 zero bytes, then each the node of two of the one before.
 *
 * @throws ProtocolError `NUMBER_OUT_OF_RANGE` for a depth above 31.
 */
export function emptyNode(keccak256: Keccak256, depth: number): HashText {
  if (depth > MAX_DEPTH)
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field: 'depth', value: depth, max: MAX_DEPTH })
  const hashes = hashesOf(keccak256)
  let hash = hashes[Math.min(depth, hashes.length - 1)] ?? ''
  while (hashes.length <= depth) {
    hash = hashNodeText(keccak256, hash, hash)
    hashes.push(hash)
  }
  return hash
}
