import { ProtocolError } from '../errors.ts'
import { MAX_UINT32, MAX_UINT128 } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { hashTextToHex } from './hash-text.ts'
import type { Lock } from './lock.ts'
import { Branch, branch, children, hashOf, isFull, lockIn, type Node, width } from './node.ts'

/**
 * The locks of a lane by slot, as a Merkle tree. Immutable: a change makes a new tree, which shares all but one path with
 * the old one. The depth is the smallest that holds the highest occupied slot.
 */
export interface LockTree {
  readonly depth: number
  /** How many locks there are. */
  readonly size: number
  readonly top: Node | undefined
  /** What its nodes are hashed with; undefined without any lock. */
  readonly keccak256: Keccak256 | undefined
}

/** The tree without locks; its root is 32 zero bytes. */
export const emptyLocks: LockTree = { depth: 0, size: 0, top: undefined, keccak256: undefined }

function replace(node: Node | undefined, depth: number, slot: number, lock: Lock | undefined): Node | undefined {
  if (depth === 0) return lock
  const [left, right] = children(node)
  const half = width(depth - 1)
  return slot < half
    ? branch(replace(left, depth - 1, slot, lock), right)
    : branch(left, replace(right, depth - 1, slot - half, lock))
}

function checkSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot > MAX_UINT32) {
    throw new ProtocolError('LOCK_SLOT_INVALID', { slot, max: MAX_UINT32 })
  }
}

function checkAmount({ amount }: Lock): void {
  if (amount >= 0n && amount <= MAX_UINT128) return
  throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field: 'amount', value: amount, max: MAX_UINT128 })
}

/** The lock in a slot, if there is one. @throws ProtocolError `LOCK_SLOT_INVALID`. */
export function lockAt(tree: LockTree, slot: number): Lock | undefined {
  checkSlot(slot)
  if (slot >= width(tree.depth)) return undefined
  let node = tree.top
  let rest = slot
  for (let depth = tree.depth; depth > 0; depth--) {
    if (!(node instanceof Branch)) return undefined
    const half = width(depth - 1)
    node = rest < half ? node.left : node.right
    rest = rest < half ? rest : rest - half
  }
  return lockIn(node)
}

/**
 * The tree with a lock in a free slot.
 *
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_TAKEN`, `NUMBER_OUT_OF_RANGE`.
 */
export function setLock(keccak256: Keccak256, tree: LockTree, slot: number, lock: Lock): LockTree {
  if (lockAt(tree, slot) !== undefined) throw new ProtocolError('LOCK_SLOT_TAKEN', { slot })
  checkAmount(lock)
  let { depth, top } = tree
  for (; slot >= width(depth); depth++) top = branch(top, undefined)
  return { depth, size: tree.size + 1, top: replace(top, depth, slot, lock), keccak256 }
}

/**
 * The tree without the lock in a slot, made as shallow as the highest lock left allows.
 *
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_EMPTY`.
 */
export function clearLock(tree: LockTree, slot: number): LockTree {
  if (lockAt(tree, slot) === undefined) throw new ProtocolError('LOCK_SLOT_EMPTY', { slot })
  let top = replace(tree.top, tree.depth, slot, undefined)
  if (top === undefined) return emptyLocks
  let depth = tree.depth
  for (; top instanceof Branch && top.right === undefined; depth--) top = top.left
  return { depth, size: tree.size - 1, top, keccak256: tree.keccak256 }
}

type Placed = readonly [slot: number, lock: Lock]

function build(locks: readonly Placed[], from: number, to: number, depth: number, first: number): Node | undefined {
  if (from >= to) return undefined
  if (depth === 0) return locks[from]?.[1]
  const middle = first + width(depth - 1)
  let split = from
  while (split < to && (locks[split]?.[0] ?? middle) < middle) split++
  return branch(build(locks, from, split, depth - 1, first), build(locks, split, to, depth - 1, middle))
}

/**
 * The tree of all these locks.
 *
 * @param locks In ascending order of their slots.
 * @throws ProtocolError `LOCK_SLOT_INVALID`, `LOCK_SLOT_TAKEN`, `NUMBER_OUT_OF_RANGE`.
 */
export function locksFrom(keccak256: Keccak256, locks: readonly Placed[]): LockTree {
  let last = -1
  for (const [slot, lock] of locks) {
    checkSlot(slot)
    if (slot <= last) throw new ProtocolError('LOCK_SLOT_TAKEN', { slot })
    checkAmount(lock)
    last = slot
  }
  if (last < 0) return emptyLocks
  let depth = 0
  while (last >= width(depth)) depth++
  return { depth, size: locks.length, top: build(locks, 0, locks.length, depth, 0), keccak256 }
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

/**
 * What a lane voucher signs of its locks: the hash of the topmost node, 32 zero bytes without any lock. Costs a hash for each node that
 * no root was made of before: after one change the locks of the pair that changed, and a node a level.
 *
 * @throws ProtocolError `HEX_INVALID` for a lock whose condition is none.
 */
export function locksRoot({ top, depth, keccak256 }: LockTree): Hex {
  return keccak256 === undefined ? ZERO_HASH : hashTextToHex(hashOf(keccak256, top, depth, 0))
}

/** The locks with their slots, in ascending order. */
export function* lockEntries(tree: LockTree): Generator<readonly [slot: number, lock: Lock]> {
  yield* entriesBelow(tree.top, tree.depth, 0)
}

function* entriesBelow(node: Node | undefined, depth: number, first: number): Generator<readonly [number, Lock]> {
  if (node === undefined) return
  if (!(node instanceof Branch)) {
    yield [first, node]
    return
  }
  yield* entriesBelow(node.left, depth - 1, first)
  yield* entriesBelow(node.right, depth - 1, first + width(depth - 1))
}
