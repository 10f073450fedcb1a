import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { emptyNode } from './empty-node.ts'
import { hashTextToHex } from './hash-text.ts'
import { hashLock, type Lock } from './lock.ts'
import { lockProof, verifyLockProof } from './proof.ts'
import {
  clearLock,
  emptyLocks,
  type LockTree,
  lockAt,
  lockEntries,
  locksFrom,
  locksRoot,
  lowestFreeSlot,
  setLock,
} from './tree.ts'

const keccak256 = (bytes: Uint8Array) => keccak_256(bytes)
const lockOf = (n: number): Lock => ({
  amount: BigInt(n),
  condition: bytesToHex(keccak256(Uint8Array.of(n & 255, n >> 8))),
})

/** The root as the specification words it, over the whole list at once. */
function plainRoot(locks: ReadonlyMap<number, Lock>): Hex {
  if (locks.size === 0) return ZERO_HASH
  let level: Uint8Array[] = []
  let length = 1
  while (length <= Math.max(...locks.keys())) length *= 2
  for (let slot = 0; slot < length; slot++) {
    const lock = locks.get(slot)
    level.push(lock === undefined ? new Uint8Array(32) : hashLock(keccak256, slot, lock))
  }
  while (level.length > 1) {
    level = level.flatMap((left, i) => {
      const right = level[i + 1]
      return i % 2 === 1 || right === undefined ? [] : [keccak256(concatBytes(Uint8Array.of(1), left, right))]
    })
  }
  return bytesToHex(level[0] ?? new Uint8Array())
}

type Step = { readonly add: boolean; readonly pick: number }
const steps = fc.array(fc.record({ add: fc.boolean(), pick: fc.nat(63) }), { maxLength: 80 })

function run(list: readonly Step[], visit: (tree: LockTree, model: ReadonlyMap<number, Lock>) => void): void {
  let tree = emptyLocks
  const model = new Map<number, Lock>()
  for (const [i, { add, pick }] of list.entries()) {
    const taken = [...model.keys()]
    const victim = taken[pick % Math.max(taken.length, 1)]
    if (add || victim === undefined) {
      const slot = lowestFreeSlot(tree)
      tree = setLock(keccak256, tree, slot, lockOf(i))
      model.set(slot, lockOf(i))
    } else {
      tree = clearLock(tree, victim)
      model.delete(victim)
    }
    visit(tree, model)
  }
}

describe('the lock tree', () => {
  it('has the root that the specification gives, after any adds and folds', () => {
    fc.assert(fc.property(steps, (list) => run(list, (tree, model) => expect(locksRoot(tree)).toBe(plainRoot(model)))))
  })

  it('names the lowest free slot', () => {
    fc.assert(
      fc.property(steps, (list) =>
        run(list, (tree, model) => {
          let lowest = 0
          while (model.has(lowest)) lowest++
          expect(lowestFreeSlot(tree)).toBe(lowest)
        }),
      ),
    )
  })

  it('lists its locks in order and finds each', () => {
    fc.assert(
      fc.property(steps, (list) =>
        run(list, (tree, model) => {
          expect([...lockEntries(tree)]).toEqual([...model].sort(([a], [b]) => a - b))
          expect(tree.size).toBe(model.size)
          for (const [slot, lock] of model) expect(lockAt(tree, slot)).toEqual(lock)
        }),
      ),
    )
  })

  it('proves each lock, and no proof shows another lock, slot or root', () => {
    fc.assert(
      fc.property(steps, (list) =>
        run(list, (tree, model) => {
          const root = locksRoot(tree)
          for (const [slot, lock] of model) {
            const proof = lockProof(tree, slot)
            expect(proof).toHaveLength(tree.depth)
            expect(verifyLockProof(keccak256, root, slot, lock, proof)).toBe(true)
            const other = { ...lock, amount: lock.amount + 1n }
            expect(verifyLockProof(keccak256, root, slot, other, proof)).toBe(false)
            expect(verifyLockProof(keccak256, root, slot + 1, lock, proof)).toBe(false)
            expect(verifyLockProof(keccak256, root, slot + 2 ** proof.length, lock, proof)).toBe(false)
            expect(verifyLockProof(keccak256, root, slot, lock, [...proof, ZERO_HASH])).toBe(false)
            expect(verifyLockProof(keccak256, lock.condition, slot, lock, proof)).toBe(false)
          }
        }),
      ),
      { numRuns: 30 },
    )
  })

  it('is the same made of all its locks at once', () => {
    fc.assert(
      fc.property(steps, (list) =>
        run(list, (tree, model) => {
          const sorted = [...model].sort(([a], [b]) => a - b)
          const built = locksFrom(keccak256, sorted)
          expect([...lockEntries(built)]).toEqual(sorted)
          expect(locksRoot(built)).toBe(locksRoot(tree))
          expect([built.depth, built.size, lowestFreeSlot(built)]).toEqual([
            tree.depth,
            tree.size,
            lowestFreeSlot(tree),
          ])
        }),
      ),
    )
  })

  it('costs one hash a level and the pair of locks for each root after a change, and none for the next', () => {
    let hashes = 0
    const counting = (bytes: Uint8Array) => {
      hashes++
      return keccak_256(bytes)
    }
    const cost = (tree: LockTree) => {
      hashes = 0
      locksRoot(tree)
      return hashes
    }
    let tree = emptyLocks
    for (let slot = 0; slot < 600; slot++) {
      const before = tree.depth
      tree = setLock(counting, tree, slot, lockOf(slot))
      expect(cost(tree)).toBeLessThanOrEqual(2 + tree.depth + (tree.depth - before))
    }
    expect(cost(tree)).toBe(0)
    expect(cost(clearLock(tree, 300))).toBe(1 + tree.depth)
  })

  it('hashes each node once, however many changes came before the root', () => {
    let hashes = 0
    const counting = (bytes: Uint8Array) => {
      hashes++
      return keccak_256(bytes)
    }
    let tree = emptyLocks
    for (let slot = 0; slot < 512; slot++) tree = setLock(counting, tree, slot, lockOf(slot))
    locksRoot(tree)
    expect(hashes).toBe(512 + 511)
  })

  it('leaves the tree that it changes as it was', () => {
    const one = setLock(keccak256, emptyLocks, 0, lockOf(1))
    const root = locksRoot(one)
    const two = setLock(keccak256, one, 1, lockOf(2))
    clearLock(two, 0)
    expect(locksRoot(one)).toBe(root)
    expect(locksRoot(clearLock(two, 1))).toBe(root)
    expect(locksRoot(emptyLocks)).toBe(ZERO_HASH)
  })

  it('takes a far slot, and shrinks when it is folded', () => {
    const near = setLock(keccak256, emptyLocks, 0, lockOf(1))
    const far = setLock(keccak256, near, 0xffff_ffff, lockOf(2))
    expect(far.depth).toBe(32)
    expect(lowestFreeSlot(far)).toBe(1)
    const proof = lockProof(far, 0xffff_ffff)
    expect(verifyLockProof(keccak256, locksRoot(far), 0xffff_ffff, lockOf(2), proof)).toBe(true)
    const cleared = clearLock(far, 0xffff_ffff)
    expect([cleared.depth, cleared.size, locksRoot(cleared)]).toEqual([near.depth, near.size, locksRoot(near)])
    expect(lockAt(near, 5)).toBeUndefined()
  })

  it('refuses a taken slot, an empty slot and what is no slot', () => {
    const tree = setLock(keccak256, emptyLocks, 1, lockOf(1))
    const code = (code: string) => expect.objectContaining({ code })
    expect(() => setLock(keccak256, tree, 1, lockOf(2))).toThrow(code('LOCK_SLOT_TAKEN'))
    expect(() => clearLock(tree, 0)).toThrow(code('LOCK_SLOT_EMPTY'))
    expect(() => lockProof(tree, 0)).toThrow(code('LOCK_SLOT_EMPTY'))
    expect(() =>
      locksFrom(keccak256, [
        [3, lockOf(1)],
        [3, lockOf(2)],
      ]),
    ).toThrow(code('LOCK_SLOT_TAKEN'))
    for (const slot of [-1, 1.5, 2 ** 32, Number.NaN]) {
      expect(() => locksFrom(keccak256, [[slot, lockOf(1)]])).toThrow(code('LOCK_SLOT_INVALID'))
      expect(() => setLock(keccak256, tree, slot, lockOf(2))).toThrow(code('LOCK_SLOT_INVALID'))
    }
    for (const amount of [-1n, 1n << 128n]) {
      const lock = { ...lockOf(1), amount }
      expect(() => setLock(keccak256, tree, 0, lock)).toThrow(code('NUMBER_OUT_OF_RANGE'))
      expect(() => locksFrom(keccak256, [[0, lock]])).toThrow(code('NUMBER_OUT_OF_RANGE'))
    }
    const nonsense = setLock(keccak256, tree, 0, { amount: 1n, condition: '0x1234' })
    expect(() => locksRoot(nonsense)).toThrow(code('HEX_INVALID'))
  })
})

describe('the empty nodes', () => {
  it('are each the node of two of the one before', () => {
    const bytesOf = (depth: number) => hexToBytes(hashTextToHex(emptyNode(keccak256, depth)))
    expect(bytesOf(0)).toEqual(new Uint8Array(32))
    for (let depth = 1; depth < 32; depth++) {
      const below = bytesOf(depth - 1)
      expect(bytesOf(depth)).toEqual(keccak256(concatBytes(Uint8Array.of(1), below, below)))
    }
    expect(hashTextToHex(emptyNode(keccak256, 31))).toBe(
      '0x223c1c9f16dfa65bdc98bd2ff419b6f1c47596c3f1eed71c5a3d3c2a3c33f99b',
    )
    expect(() => emptyNode(keccak256, 32)).toThrow(expect.objectContaining({ code: 'NUMBER_OUT_OF_RANGE' }))
  })
})
