import { createDigests, type Id, makeNonce, readRecords, virtualKind } from '@sluice/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFastCrypto } from '../testing/fast-crypto.ts'
import { seededRandom } from '../testing/random.ts'
import { createState, type State } from './state.ts'
import { addUsedId, forgetUsedIds, isUsedId, oldestUsedMinute, usedIdsKind } from './used-ids.ts'

const policy = { nonceAgeMax: 60, chainLag: 1200 }
const NOW = 1_800_000_000
const crypto = createFastCrypto()
const hashing = { crypto, digests: createDigests({ chainId: 1n, contract: `0x${'51'.repeat(20)}` }, crypto) }
const newState = () => createState(hashing, virtualKind, () => {})

let state: State
let disk: Map<string, Uint8Array>

interface Used {
  readonly id: Id
  readonly nonce: bigint
}

const random = seededRandom(3)
const used = (minute = NOW / 60): Used => ({
  id: `0x${Array.from(random.bytes(32), (byte) => byte.toString(16).padStart(2, '0')).join('')}`,
  nonce: makeNonce(BigInt(minute * 60), random.bytes(4)),
})
const add = ({ id, nonce }: Used, time = NOW) =>
  addUsedId(state.usedIds, id, nonce, oldestUsedMinute(BigInt(time), policy))
const has = ({ id, nonce }: Used) => isUsedId(state.usedIds, id, nonce)

function commit(): void {
  state.usedIds.keep()
  for (const { key, value } of state.usedIds.writes()) {
    if (value === undefined) disk.delete(key)
    else disk.set(key, value)
  }
  state.usedIds.applied()
}

beforeEach(() => {
  state = newState()
  disk = new Map()
})

describe('used ids', () => {
  it('are remembered, those of a batch that fails are not, and no other id is taken for one', () => {
    const [kept, dropped, never] = [used(), used(), used()]
    add(kept)
    commit()
    add(dropped)
    expect([kept, dropped, never].map(has)).toEqual([true, true, false])
    state.usedIds.dropBatch()
    expect([kept, dropped, never].map(has)).toEqual([true, false, false])
  })

  it('are not mixed up with one that begins within two others', () => {
    const nonce = makeNonce(BigInt(NOW), random.bytes(4))
    const id = (beginning: string): Id => `0x${beginning.padEnd(64, '0')}`
    for (const beginning of ['0011111111220000', '0000001111111122']) add({ id: id(beginning), nonce })
    expect(has({ id: id('0000000000001111'), nonce })).toBe(false)
    expect(has({ id: id('1111111122000000'), nonce })).toBe(false)
    expect(has({ id: id('0011111111220000'), nonce })).toBe(true)
  })

  it('outlive a restart', () => {
    const all = Array.from({ length: 500 }, () => used())
    for (const [i, one] of all.entries()) {
      add(one)
      if (i % 7 === 0) commit()
    }
    commit()
    state = newState()
    state.usedIds.fill(readRecords(usedIdsKind, disk))
    expect(all.every(has)).toBe(true)
    expect(has(used())).toBe(false)
  })

  it('are forgotten a minute at a time, once their nonces are too old to be taken, and not before', () => {
    const minutes = [0, 1, 2, 3].map((minute) => NOW / 60 + minute)
    const all = minutes.map((minute) => used(minute))
    for (const one of all) add(one)
    commit()
    const expiry = NOW + (3 * policy.nonceAgeMax + 1) * 60 + policy.chainLag
    const first = oldestUsedMinute(BigInt(expiry - 1), policy)
    forgetUsedIds(state.usedIds, undefined, first)
    expect(all.map(has)).toEqual([true, true, true, true])
    const second = oldestUsedMinute(BigInt(expiry), policy)
    forgetUsedIds(state.usedIds, first, second)
    expect(all.map(has)).toEqual([false, true, true, true])
    forgetUsedIds(state.usedIds, second, second + 2)
    expect(all.map(has)).toEqual([false, false, false, true])
    commit()
    expect(disk.size).toBe(1)
  })

  it('are all gone through where it is not known what was forgotten', () => {
    const [old, current] = [used(NOW / 60 - 100), used()]
    for (const one of [old, current]) add(one)
    forgetUsedIds(state.usedIds, undefined, NOW / 60 - 99)
    expect([old, current].map(has)).toEqual([false, true])
  })

  it('of nonces that are too old to be taken take no room', () => {
    add(used(NOW / 60 - 3 * policy.nonceAgeMax - policy.chainLag / 60 - 1))
    expect(state.usedIds.size).toBe(0)
  })

  it('take ten bytes each on disk where there are many', () => {
    for (let i = 0; i < 6_000; i++) add(used())
    commit()
    const size = [...disk].reduce((sum, [key, value]) => sum + key.length + value.length, 0)
    expect(size / 6_000).toBeLessThan(10)
  })
})
