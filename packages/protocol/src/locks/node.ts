import type { Keccak256 } from '../primitives/crypto.ts'
import { emptyNode } from './empty-node.ts'
import { type HashText, toHashText } from './hash-text.ts'
import { hashLock, hashNodeText, type Lock } from './lock.ts'

/** A subtree with at least one lock; undefined stands for one without. A subtree of depth 0 is the lock itself. */
export type Node = Lock | Branch

/**
 * A subtree that has some depth. There is one for each open lock of a lane, so that it is small; and its hash is made when a root above is
 * asked for, so that a node of which many changes came at once is hashed once.
 */
export class Branch {
  /** No slot below is free. */
  readonly full: boolean
  readonly left: Node | undefined
  readonly right: Node | undefined
  #hash: HashText | undefined

  constructor(left: Node | undefined, right: Node | undefined) {
    this.full = isFull(left) && isFull(right)
    this.left = left
    this.right = right
    this.#hash = undefined
  }

  /** @param first The first slot below. */
  hash(keccak256: Keccak256, depth: number, first: number): HashText {
    this.#hash ??= hashNodeText(
      keccak256,
      hashOf(keccak256, this.left, depth - 1, first),
      hashOf(keccak256, this.right, depth - 1, first + width(depth - 1)),
    )
    return this.#hash
  }
}

/** How many slots a subtree of this depth has. */
export const width = (depth: number): number => 2 ** depth

/** Whether no slot of the subtree is free. */
export function isFull(node: Node | undefined): boolean {
  return node !== undefined && (!(node instanceof Branch) || node.full)
}

/** The subtree above two; undefined if both are without locks. */
export function branch(left: Node | undefined, right: Node | undefined): Node | undefined {
  return left === undefined && right === undefined ? undefined : new Branch(left, right)
}

/** The children of a subtree that has some depth. */
export function children(node: Node | undefined): readonly [Node | undefined, Node | undefined] {
  return node instanceof Branch ? [node.left, node.right] : [undefined, undefined]
}

/** The lock that a subtree of depth 0 is. */
export function lockIn(node: Node | undefined): Lock | undefined {
  return node instanceof Branch ? undefined : node
}

/**
 * The hash of a subtree.
 *
 * @param first Its first slot.
 * @throws ProtocolError `HEX_INVALID` for a lock whose condition is none.
 */
export function hashOf(keccak256: Keccak256, node: Node | undefined, depth: number, first: number): HashText {
  if (node === undefined) return emptyNode(keccak256, depth)
  if (node instanceof Branch) return node.hash(keccak256, depth, first)
  return toHashText(hashLock(keccak256, first, node))
}
