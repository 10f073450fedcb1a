import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../primitives/bytes.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { hashLock, hashNode, type Lock } from './lock.ts'
import { lockSubtree } from './subtree.ts'
import { emptyLocks, type LockTree, lockAt, locksFrom, locksRoot } from './tree.ts'

const keccak256 = (bytes: Uint8Array) => keccak_256(bytes)
const lockOf = (slot: number): Lock => ({
  amount: BigInt(slot + 1),
  condition: bytesToHex(keccak256(Uint8Array.of(slot))),
})
const treeOf = (slots: readonly number[]): LockTree =>
  locksFrom(
    keccak256,
    slots.map((slot) => [slot, lockOf(slot)]),
  )

/** The root that leaves and siblings lead to, by the rule as the contract has it. */
function rootOf(first: number, leaves: readonly Hex[], proof: readonly Hex[]): Hex {
  let level = leaves.map((leaf) => hexToBytes(leaf, 32))
  while (level.length > 1) {
    level = level.flatMap((left, i) => {
      const right = level[i + 1]
      return i % 2 === 1 || right === undefined ? [] : [hashNode(keccak256, left, right)]
    })
  }
  let [hash = new Uint8Array()] = level
  let place = first / leaves.length
  for (const sibling of proof) {
    const other = hexToBytes(sibling, 32)
    hash = place % 2 === 0 ? hashNode(keccak256, hash, other) : hashNode(keccak256, other, hash)
    place = Math.floor(place / 2)
  }
  return bytesToHex(hash)
}

const anySlots = fc
  .uniqueArray(fc.nat(40), { minLength: 1, maxLength: 20 })
  .map((slots) => slots.sort((one, other) => one - other))

describe('a part of a tree', () => {
  it('leads to the root, wherever it lies and however large it is', () => {
    fc.assert(
      fc.property(anySlots, fc.nat(), fc.nat(), (slots, atDepth, atPart) => {
        const tree = treeOf(slots)
        const depth = atDepth % (tree.depth + 1)
        const first = (atPart % 2 ** (tree.depth - depth)) * 2 ** depth
        const { leaves, proof, ...part } = lockSubtree(tree, first, depth)
        expect(part.first).toBe(first)
        expect(leaves).toHaveLength(2 ** depth)
        for (const [i, leaf] of leaves.entries()) {
          const lock = lockAt(tree, first + i)
          expect(leaf).toBe(lock === undefined ? ZERO_HASH : bytesToHex(hashLock(keccak256, first + i, lock)))
        }
        expect(rootOf(first, leaves, proof)).toBe(locksRoot(tree))
      }),
    )
  })

  it('is none where the tree has no such part', () => {
    const invalid = expect.objectContaining({ code: 'LOCK_SLOT_INVALID' })
    const tree = treeOf([0, 5])
    for (const [first, depth] of [
      [1, 1],
      [8, 0],
      [0, 4],
      [-2, 1],
      [0.5, 0],
    ] as const) {
      expect(() => lockSubtree(tree, first, depth)).toThrow(invalid)
    }
    expect(() => lockSubtree(emptyLocks, 0, 0)).toThrow(invalid)
  })
})
