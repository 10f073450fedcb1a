import { ProtocolError } from '../errors.ts'
import type { Hex } from '../primitives/hex.ts'
import { hashTextToHex } from './hash-text.ts'
import { children, hashOf, type Node, width } from './node.ts'
import type { LockTree } from './tree.ts'

/** An aligned part of a lane's tree: the hashes of its leaves, and the way from its top to the root. */
export interface LockSubtree {
  /** Its lowest slot, a multiple of the number of leaves. */
  readonly first: number
  /** The leaf of each slot, zero where a slot is empty. */
  readonly leaves: readonly Hex[]
  /** The hashes beside its path, from the part's sibling up. None if it is the whole tree. */
  readonly proof: readonly Hex[]
}

/**
 * The aligned part of a tree with `2^depth` slots from `first` on.
 *
 * @param depth At most the tree's own.
 * @throws ProtocolError `LOCK_SLOT_INVALID` where the tree has no such part, or no lock at all.
 */
export function lockSubtree(tree: LockTree, first: number, depth: number): LockSubtree {
  const { keccak256 } = tree
  const isPart = Number.isInteger(first) && first >= 0 && first % width(depth) === 0 && first < width(tree.depth)
  if (keccak256 === undefined || depth > tree.depth || !isPart) {
    throw new ProtocolError('LOCK_SLOT_INVALID', { slot: first, max: width(tree.depth) - 1 })
  }
  const proof: Hex[] = []
  let node = tree.top
  let start = 0
  for (let level = tree.depth; level > depth; level--) {
    const [left, right] = children(node)
    const middle = start + width(level - 1)
    const goRight = first >= middle
    const sibling = goRight ? hashOf(keccak256, left, level - 1, start) : hashOf(keccak256, right, level - 1, middle)
    proof.unshift(hashTextToHex(sibling))
    node = goRight ? right : left
    if (goRight) start = middle
  }
  const leaf = (at: Node | undefined, slot: number) => hashTextToHex(hashOf(keccak256, at, 0, slot))
  return { first, leaves: leavesBelow(node, depth, first, leaf), proof }
}

function leavesBelow(
  node: Node | undefined,
  depth: number,
  first: number,
  leaf: (node: Node | undefined, slot: number) => Hex,
): Hex[] {
  if (depth === 0) return [leaf(node, first)]
  const [left, right] = children(node)
  return [
    ...leavesBelow(left, depth - 1, first, leaf),
    ...leavesBelow(right, depth - 1, first + width(depth - 1), leaf),
  ]
}
