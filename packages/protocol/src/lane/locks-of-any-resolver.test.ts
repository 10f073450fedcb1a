import { describe, expect, it } from 'vitest'
import { lockProof, verifyLockProof } from '../locks/proof.ts'
import { locksRoot } from '../locks/tree.ts'
import { createDigests } from '../signing/digests.ts'
import { testCrypto } from '../testing/crypto.ts'
import { applyOperations, lockIdOf, subjectLock, virtualLock } from './apply.ts'
import type { Operation } from './operation.ts'
import { emptyLane, laneLockAt } from './state.ts'

const contract = `0x${'5c'.repeat(20)}` as const
const hashing = { crypto: testCrypto, digests: createDigests({ chainId: 314n, contract }, testCrypto) }
const subject = { resolver: `0x${'77'.repeat(20)}`, id: `0x${'ab'.repeat(32)}`, side: 1 } as const
const terms = {
  path: [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`],
  token: `0x${'00'.repeat(20)}`,
  capacity: 100n,
  disputeWindow: 60,
  nonce: 1n << 32n,
} as const
const add: Operation = { type: 'add', terms, memo: { until: [600n], fees: [] } }
const lock: Operation = { type: 'lock', subject, amount: 40n, until: 600n }

describe('a lane', () => {
  it('holds locks of virtual channels and of other resolvers side by side', () => {
    const state = applyOperations(hashing, emptyLane, [add, lock])
    expect(state.locked).toBe(140n)
    expect(laneLockAt(state, 0)).toEqual(virtualLock(hashing, hashing.digests.virtualId(terms), 100n))
    expect(laneLockAt(state, 1)).toEqual(subjectLock(hashing, subject, 40n))
    const { amount, condition } = subjectLock(hashing, subject, 40n)
    const proof = lockProof(state.locks, 1)
    expect(verifyLockProof(testCrypto.keccak256, locksRoot(state.locks), 1, { amount, condition }, proof)).toBe(true)
  })

  it('folds each by its own name', () => {
    const state = applyOperations(hashing, emptyLane, [add, lock])
    const byResolver = applyOperations(hashing, state, [{ type: 'fold', lockId: lockIdOf(hashing, lock), amount: 15n }])
    expect(byResolver).toMatchObject({ paid: 15n, locked: 100n })
    const byVirtual = applyOperations(hashing, state, [{ type: 'fold', lockId: lockIdOf(hashing, add), amount: 60n }])
    expect(byVirtual).toMatchObject({ paid: 60n, locked: 40n })
  })

  it('takes one resolver asked the same for another side, or for another id, as another lock', () => {
    const names = [subject, { ...subject, side: 0 }, { ...subject, id: terms.path[0].padEnd(66, '0') as `0x${string}` }]
    expect(new Set(names.map((one) => lockIdOf(hashing, { ...lock, subject: one }))).size).toBe(3)
  })

  it('asks the contract itself by the same condition, whichever way its lock is written', () => {
    const virtualId = hashing.digests.virtualId(terms)
    const written = subjectLock(hashing, { resolver: contract, id: virtualId, side: 0 }, 100n)
    expect(written.condition).toBe(virtualLock(hashing, virtualId, 100n).condition)
  })
})
