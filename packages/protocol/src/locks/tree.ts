import { ProtocolError } from '../errors.ts'
import { bytesToHex, MAX_UINT32 } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { hashLock, type Lock } from './lock.ts'
import { branch, children, isFull, type Leaf, type Node, width } from './node.ts'

/**
 * The locks of a lane by slot, as a Merkle tree. Immutable: a change makes a new tree, which shares all but one path with
 * the old one and costs one hash a level. The depth is the smallest that holds the highest occupied slot.
 */
export interface LockTree {
  readonly depth: number
  /** How many locks there are. */
  readonly size: number
  readonly top: Node | undefined
}

/** The tree without locks; its root is 32 zero bytes. */
export const emptyLocks: LockTree = { depth: 0, size: 0, top: undefined }

function replace(
  keccak256: Keccak256,
  node: Node | undefined,
  depth: number,
  slot: number,
  leaf: Leaf | undefined,
): Node | undefined {
  if (depth === 0) return leaf
  const [left, right] = children(node)
  const half = width(depth - 1)
  return slot < half
    ? branch(keccak256, depth, replace(keccak256, left, depth - 1, slot, leaf), right)
    : branch(keccak256, depth, left, replace(keccak256, right, depth - 1, slot - half, leaf))
}

function checkSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot > MAX_UINT32) {
    throw new ProtocolError('LOCK_SLOT_INVALID', { slot, max: MAX_UINT32 })
  }
}

/** The lock in a slot, if there is one. @throws ProtocolError `LOCK_SLOT_INVALID`. */
export function lockAt(tree: LockTree, slot: number): Lock | undefined {
  checkSlot(slot)
  if (slot >= width(tree.depth)) return undefined
  let node = tree.top
  let rest = slot
  for (let depth = tree.depth; depth > 0; depth--) {
    const [left, right] = children(node)
    const half = width(depth - 1)
    node = rest < half ? left : right
    rest = rest < half ? rest : rest - half
  }
  return node?.type === 'leaf' ? node.lock : undefined
}

/**
 * The tree with a lock in a free slot.
 *
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_TAKEN`, and what {@link hashLock} throws.
 */
export function setLock(keccak256: Keccak256, tree: LockTree, slot: number, lock: Lock): LockTree {
  if (lockAt(tree, slot) !== undefined) throw new ProtocolError('LOCK_SLOT_TAKEN', { slot })
  let { depth, top } = tree
  for (; slot >= width(depth); depth++) top = branch(keccak256, depth + 1, top, undefined)
  const leaf: Leaf = { type: 'leaf', hash: hashLock(keccak256, slot, lock), lock }
  return { depth, size: tree.size + 1, top: replace(keccak256, top, depth, slot, leaf) }
}

/**
 * The tree without the lock in a slot, made as shallow as the highest lock left allows.
 *
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_EMPTY`.
 */
export function clearLock(keccak256: Keccak256, tree: LockTree, slot: number): LockTree {
  if (lockAt(tree, slot) === undefined) throw new ProtocolError('LOCK_SLOT_EMPTY', { slot })
  let top = replace(keccak256, tree.top, tree.depth, slot, undefined)
  if (top === undefined) return emptyLocks
  let depth = tree.depth
  for (; top?.type === 'branch' && top.right === undefined; depth--) top = top.left
  return { depth, size: tree.size - 1, top }
}

/** The slot that a new lock takes: the lowest that is free. */
export function lowestFreeSlot(tree: LockTree): number {
  if (isFull(tree.top)) return width(tree.depth)
  let node = tree.top
  let slot = 0
  for (let depth = tree.depth; depth > 0; depth--) {
    const [left, right] = children(node)
    const goRight = isFull(left)
    if (goRight) slot += width(depth - 1)
    node = goRight ? right : left
  }
  return slot
}

/** What a lane voucher signs of its locks: the hash of the topmost node, 32 zero bytes without any lock. */
export function locksRoot(tree: LockTree): Hex {
  return tree.top === undefined ? ZERO_HASH : bytesToHex(tree.top.hash)
}

/** The locks with their slots, in ascending order. */
export function* lockEntries(tree: LockTree): Generator<readonly [slot: number, lock: Lock]> {
  yield* entriesBelow(tree.top, tree.depth, 0)
}

function* entriesBelow(node: Node | undefined, depth: number, first: number): Generator<readonly [number, Lock]> {
  if (node === undefined) return
  if (node.type === 'leaf') {
    yield [first, node.lock]
    return
  }
  yield* entriesBelow(node.left, depth - 1, first)
  yield* entriesBelow(node.right, depth - 1, first + width(depth - 1))
}
