import { type ChannelTerms, type LaneIndex, type LockTree, lockSubtree } from '@sluice/protocol'
import type { ChainCall, LockProof, Subtree } from '../../ports/chain.ts'
import type { Goal } from '../goals/goal.ts'
import { type CallLimits, fits, type Material } from './batch.ts'
import { callGas, partGas } from './call-gas.ts'
import { type Joined, pack } from './pack.ts'

type Unlock = Goal & { readonly call: ChainCall & { readonly type: 'unlock' } }

interface Lane {
  readonly terms: ChannelTerms
  readonly lane: LaneIndex
  readonly locked: bigint
}

/** An aligned part of a lane's tree: its first slot and its depth. */
interface Part {
  readonly first: number
  readonly depth: number
}

/**
 * Pays out locks of one lane. Where many stand close together, a part of the tree with all its slots takes less gas than a proof for each
 * lock.
 */
export function joinUnlocks(goals: readonly Unlock[], material: Material, limits: CallLimits): readonly Joined[] {
  const [first] = goals
  if (first === undefined) return []
  const { terms, lane, locked } = first.call
  const of: Lane = { terms, lane, locked }
  const tree = material.locksOf(first.id, lane)
  const parts = tree === undefined ? [] : joinParts(of, goals, tree, material, limits)
  const taken = new Set(parts.flatMap((part) => part.goals))
  const rest = goals.filter((goal) => !taken.has(goal))
  const locksOf = (some: readonly Unlock[]): readonly LockProof[] => some.flatMap(({ call }) => call.locks)
  return [...parts, ...pack(rest, limits, (some) => ({ type: 'unlock', ...of, locks: locksOf(some) }))]
}

function joinParts(
  of: Lane,
  goals: readonly Unlock[],
  tree: LockTree,
  material: Material,
  limits: CallLimits,
): Joined[] {
  const own = goals.filter(({ call }) => call.locks.every(({ resolver, side }) => isOwn(resolver, side, material)))
  const bySlot = new Map(own.flatMap((goal) => goal.call.locks.map(({ slot }) => [slot, goal] as const)))
  const found: Joined[] = []
  const look = (part: Part, slots: readonly number[]): void => {
    if (slots.length === 0) return
    const call: ChainCall = { type: 'unlockSubtree', ...of, subtree: subtreeOf(tree, part, slots, bySlot) }
    const some = slots.flatMap((slot) => bySlot.get(slot) ?? [])
    const apart = some.reduce((sum, goal) => sum + partGas(goal.call), 0)
    if (fits(call, limits) && callGas(call) < apart) {
      found.push({ goals: some, call })
      return
    }
    if (part.depth === 0) return
    const depth = part.depth - 1
    const middle = part.first + 2 ** depth
    look(
      { first: part.first, depth },
      slots.filter((slot) => slot < middle),
    )
    look(
      { first: middle, depth },
      slots.filter((slot) => slot >= middle),
    )
  }
  look({ first: 0, depth: tree.depth }, [...bySlot.keys()])
  return found
}

const isOwn = (resolver: string, side: number, { contract }: Material): boolean => resolver === contract && side === 0

function subtreeOf(
  tree: LockTree,
  { first, depth }: Part,
  slots: readonly number[],
  bySlot: ReadonlyMap<number, Unlock>,
): Subtree {
  const { leaves, proof } = lockSubtree(tree, first, depth)
  const wanted = new Set(slots)
  return {
    first,
    slots: leaves.map((leaf, i) => {
      const slot = first + i
      const lock = wanted.has(slot) ? bySlot.get(slot)?.call.locks[0] : undefined
      return lock === undefined ? { amount: 0n, idOrLeaf: leaf } : { amount: lock.amount, idOrLeaf: lock.id }
    }),
    proof,
  }
}
