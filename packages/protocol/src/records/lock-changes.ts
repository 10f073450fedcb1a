import type { Lock } from '../locks/lock.ts'
import { Branch, children, lockIn, type Node, width } from '../locks/node.ts'
import type { LockTree } from '../locks/tree.ts'

/** A slot whose lock differs between two trees: what it holds in the second. */
export interface LockChange {
  readonly slot: number
  readonly lock: Lock | undefined
}

function* all(node: Node | undefined, depth: number, first: number, isKept: boolean): Generator<LockChange> {
  if (node === undefined) return
  if (!(node instanceof Branch)) {
    yield { slot: first, lock: isKept ? node : undefined }
    return
  }
  yield* all(node.left, depth - 1, first, isKept)
  yield* all(node.right, depth - 1, first + width(depth - 1), isKept)
}

function* between(
  before: Node | undefined,
  after: Node | undefined,
  depth: number,
  first: number,
): Generator<LockChange> {
  if (before === after) return
  if (depth === 0) {
    yield { slot: first, lock: lockIn(after) }
    return
  }
  if (before === undefined) return yield* all(after, depth, first, true)
  if (after === undefined) return yield* all(before, depth, first, false)
  const [left, right] = children(before)
  const [newLeft, newRight] = children(after)
  yield* between(left, newLeft, depth - 1, first)
  yield* between(right, newRight, depth - 1, first + width(depth - 1))
}

/** The slots that differ. Costs what changed: subtrees that the trees share are not looked into. */
export function* lockChanges(before: LockTree, after: LockTree): Generator<LockChange> {
  let [old, young] = [before.top, after.top]
  const depth = Math.min(before.depth, after.depth)
  for (let level = before.depth; level > depth; level--) {
    const [left, right] = children(old)
    yield* all(right, level - 1, width(level - 1), false)
    old = left
  }
  for (let level = after.depth; level > depth; level--) {
    const [left, right] = children(young)
    yield* all(right, level - 1, width(level - 1), true)
    young = left
  }
  yield* between(old, young, depth, 0)
}
