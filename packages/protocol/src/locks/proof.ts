import { ProtocolError } from '../errors.ts'
import { equalBytes, hexToBytes } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Hex } from '../primitives/hex.ts'
import { hashTextToHex } from './hash-text.ts'
import { hashLock, hashNode, type Lock } from './lock.ts'
import { children, hashOf, width } from './node.ts'
import { type LockTree, lockAt } from './tree.ts'

/**
 * The proof that a slot holds its lock: the hashes beside its path, from the leaf's sibling up. As many as the tree is deep.
 *
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_EMPTY`.
 */
export function lockProof(tree: LockTree, slot: number): readonly Hex[] {
  const { keccak256 } = tree
  if (lockAt(tree, slot) === undefined || keccak256 === undefined) throw new ProtocolError('LOCK_SLOT_EMPTY', { slot })
  const siblings: Hex[] = []
  let node = tree.top
  let first = 0
  for (let depth = tree.depth; depth > 0; depth--) {
    const [left, right] = children(node)
    const middle = first + width(depth - 1)
    const goRight = slot >= middle
    const sibling = goRight ? hashOf(keccak256, left, depth - 1, first) : hashOf(keccak256, right, depth - 1, middle)
    siblings.unshift(hashTextToHex(sibling))
    node = goRight ? right : left
    if (goRight) first = middle
  }
  return siblings
}

/**
 * Whether the proof shows that a tree with this root holds the lock in the slot.
 *
 * @throws ProtocolError `NUMBER_OUT_OF_RANGE`, `HEX_INVALID` for values that no type holds.
 */
export function verifyLockProof(
  keccak256: Keccak256,
  root: Hex,
  slot: number,
  lock: Lock,
  proof: readonly Hex[],
): boolean {
  let hash = hashLock(keccak256, slot, lock)
  if (slot >= 2 ** proof.length) return false
  let index = slot
  for (const [level, sibling] of proof.entries()) {
    const other = hexToBytes(sibling, 32, `proof[${level}]`)
    hash = index % 2 === 0 ? hashNode(keccak256, hash, other) : hashNode(keccak256, other, hash)
    index = Math.floor(index / 2)
  }
  return equalBytes(hash, hexToBytes(root, 32, 'root'))
}
