import { ProtocolError } from '../errors.ts'
import { MAX_UINT32 } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { hashTextToHex } from './hash-text.ts'
import type { Lock } from './lock.ts'
import { branch, children, isFull, Leaf, type Node, width } from './node.ts'

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

function build(
  keccak256: Keccak256,
  locks: readonly (readonly [slot: number, lock: Lock])[],
  from: number,
  to: number,
  depth: number,
  first: number,
): Node | undefined {
  const lowest = from < to ? locks[from] : undefined
  if (lowest === undefined) return undefined
  if (depth === 0) return new Leaf(keccak256, lowest[0], lowest[1])
  const middle = first + width(depth - 1)
  let split = from
  while (split < to && (locks[split]?.[0] ?? middle) < middle) split++
  const left = build(keccak256, locks, from, split, depth - 1, first)
  return branch(keccak256, depth, left, build(keccak256, locks, split, to, depth - 1, middle))
}

/**
 * The tree of all these locks. Costs one hash a node, where setting one after the other costs one a level each.
 *
 * @param locks In ascending order of their slots.
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_TAKEN`, and what {@link hashLock} throws.
 */
export function locksFrom(keccak256: Keccak256, locks: readonly (readonly [slot: number, lock: Lock])[]): LockTree {
  let last = -1
  for (const [slot] of locks) {
    checkSlot(slot)
    if (slot <= last) throw new ProtocolError('LOCK_SLOT_TAKEN', { slot })
    last = slot
  }
  if (last < 0) return emptyLocks
  let depth = 0
  while (last >= width(depth)) depth++
  return { depth, size: locks.length, top: build(keccak256, locks, 0, locks.length, depth, 0) }
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
  const leaf = new Leaf(keccak256, slot, lock)
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
  return tree.top === undefined ? ZERO_HASH : hashTextToHex(tree.top.hash)
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
