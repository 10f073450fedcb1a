import type { Lock } from '../../src/locks/lock.ts'
import { lockProof } from '../../src/locks/proof.ts'
import {
  clearLock,
  emptyLocks,
  type LockTree,
  lockAt,
  lockEntries,
  locksRoot,
  lowestFreeSlot,
  setLock,
} from '../../src/locks/tree.ts'
import type { Generated } from '../generated.ts'
import { hashOf, keccak256, numberOf } from './scene.ts'
import { vectorFile } from './vector-file.ts'

/** What is done to a tree: a lock into the lowest free slot or a named one, or a slot folded. */
type Step = 'add' | { readonly set: number } | { readonly fold: number }

const adds = (count: number): readonly Step[] => Array.from({ length: count }, () => 'add' as const)

const stories: Readonly<Record<string, readonly Step[]>> = {
  'grows from none to nine': adds(9),
  'shrinks when the highest goes': [...adds(9), { fold: 8 }, { fold: 6 }, { fold: 7 }, { fold: 5 }, { fold: 4 }],
  'keeps its depth for the highest and fills gaps': [...adds(6), { fold: 1 }, { fold: 3 }, { fold: 0 }, 'add', 'add'],
  'ends with none': [...adds(2), { fold: 1 }, { fold: 0 }],
  'holds a far slot': [{ set: 0 }, { set: 1_000 }, { set: 0xffff_ffff }, { fold: 0xffff_ffff }, { fold: 1_000 }],
  'has 33 locks': adds(33),
}

const lockOf = (story: string, step: number): Lock => ({
  amount: step % 5 === 4 ? (1n << 128n) - 1n : numberOf(`${story} ${step}`, 80),
  condition: hashOf(`${story} condition ${step}`),
})

function apply(tree: LockTree, story: string, index: number, step: Step): LockTree {
  if (typeof step === 'object' && 'fold' in step) return clearLock(tree, step.fold)
  const slot = step === 'add' ? lowestFreeSlot(tree) : step.set
  return setLock(keccak256, tree, slot, lockOf(story, index))
}

interface Scene {
  readonly story: string
  readonly tree: LockTree
}

function tell(story: string, steps: readonly Step[]): readonly Scene[] {
  const scenes: Scene[] = [{ story, tree: emptyLocks }]
  for (const [index, step] of steps.entries()) {
    const tree = scenes.at(-1)?.tree ?? emptyLocks
    scenes.push({ story, tree: apply(tree, story, index, step) })
  }
  return scenes
}

const told = Object.entries(stories).map(([story, steps]) => tell(story, steps))
const last = told.flatMap((scenes) => scenes.slice(-1))

/** Every tree of at most nine locks; of the larger ones those about a power of two. */
const isShown = ({ tree }: Scene): boolean => tree.size <= 9 || [16, 17, 32, 33].includes(tree.size)

/** Every lock of a tree of at most nine; of a larger one its first, some middle one and its last. */
function slotsShown(tree: LockTree): readonly number[] {
  const slots = Array.from(lockEntries(tree), ([slot]) => slot)
  return slots.length <= 9 ? slots : [slots[0] ?? 0, slots[17] ?? 0, slots.at(-1) ?? 0]
}

function proofCases({ story, tree }: Scene) {
  return slotsShown(tree).map((slot) => {
    const lock = lockAt(tree, slot)
    if (lock === undefined) throw new Error(`slot ${slot} is empty`)
    return { story, root: locksRoot(tree), slot, ...lock, proof: lockProof(tree, slot) }
  })
}

export const lockFiles: readonly Generated[] = [
  vectorFile(
    'lock-roots',
    'The locks of a lane by slot (slots[i] holds amounts[i] under conditions[i]), the slot that a new one takes, and the root.',
    told
      .flat()
      .filter(isShown)
      .map(({ story, tree }) => {
        const entries = [...lockEntries(tree)]
        return {
          story,
          slots: entries.map(([slot]) => slot),
          amounts: entries.map(([, lock]) => lock.amount),
          conditions: entries.map(([, lock]) => lock.condition),
          depth: tree.depth,
          lowestFreeSlot: lowestFreeSlot(tree),
          root: locksRoot(tree),
        }
      }),
  ),
  vectorFile(
    'lock-proofs',
    'Proofs that a slot holds a lock: siblings from the leaf up.',
    [...last, ...(told[4] ?? []).slice(2, 5)].flatMap(proofCases),
  ),
]
