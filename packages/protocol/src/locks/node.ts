import type { Keccak256 } from '../primitives/crypto.ts'
import { emptyNode } from './empty-node.ts'
import { hashNode, type Lock } from './lock.ts'

export interface Leaf {
  readonly type: 'leaf'
  readonly hash: Uint8Array
  readonly lock: Lock
}

export interface Branch {
  readonly type: 'branch'
  readonly hash: Uint8Array
  /** No slot below is free. */
  readonly full: boolean
  readonly left: Node | undefined
  readonly right: Node | undefined
}

/** A subtree with at least one lock; undefined stands for one without. */
export type Node = Leaf | Branch

/** How many slots a subtree of this depth has. */
export const width = (depth: number): number => 2 ** depth

/** Whether no slot of the subtree is free. */
export const isFull = (node: Node | undefined): boolean => node !== undefined && (node.type === 'leaf' || node.full)

/** The subtree of this depth above two; undefined if both are without locks. */
export function branch(
  keccak256: Keccak256,
  depth: number,
  left: Node | undefined,
  right: Node | undefined,
): Node | undefined {
  if (left === undefined && right === undefined) return undefined
  const empty = emptyNode(depth - 1)
  return {
    type: 'branch',
    hash: hashNode(keccak256, left?.hash ?? empty, right?.hash ?? empty),
    full: isFull(left) && isFull(right),
    left,
    right,
  }
}

/** The children of a subtree that has some depth. */
export function children(node: Node | undefined): readonly [Node | undefined, Node | undefined] {
  return node?.type === 'branch' ? [node.left, node.right] : [undefined, undefined]
}
