import type { Keccak256 } from '../primitives/crypto.ts'
import { emptyNode } from './empty-node.ts'
import { type HashText, toHashText } from './hash-text.ts'
import { hashLock, hashNodeText, type Lock } from './lock.ts'

/** There is a leaf and a branch for each open lock: what tells them apart is in their class, so that each is small. */
export class Leaf {
  readonly hash: HashText
  readonly lock: Lock

  /** @throws ProtocolError `NUMBER_OUT_OF_RANGE`, `HEX_INVALID` for a lock that can't be. */
  constructor(keccak256: Keccak256, slot: number, lock: Lock) {
    this.hash = toHashText(hashLock(keccak256, slot, lock))
    this.lock = lock
  }

  get type(): 'leaf' {
    return 'leaf'
  }
}

export class Branch {
  readonly hash: HashText
  /** No slot below is free. */
  readonly full: boolean
  readonly left: Node | undefined
  readonly right: Node | undefined

  /** @param depth Of the branch: that of its children is one less. */
  constructor(keccak256: Keccak256, depth: number, left: Node | undefined, right: Node | undefined) {
    const empty = emptyNode(depth - 1)
    this.hash = hashNodeText(keccak256, left?.hash ?? empty, right?.hash ?? empty)
    this.full = isFull(left) && isFull(right)
    this.left = left
    this.right = right
  }

  get type(): 'branch' {
    return 'branch'
  }
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
  return new Branch(keccak256, depth, left, right)
}

/** The children of a subtree that has some depth. */
export function children(node: Node | undefined): readonly [Node | undefined, Node | undefined] {
  return node?.type === 'branch' ? [node.left, node.right] : [undefined, undefined]
}
