import assert from 'node:assert/strict'
import type { Store, Write } from '../../ports/store.ts'
import type { ConformanceCase } from './case.ts'

/** What the suite needs of a store under test. */
export interface StoreHarness {
  /** Opens the store. The second call and later ones find what was committed before; the suite closes one before it opens the next. */
  open(): Promise<Store>
}

const put = (key: string, ...bytes: readonly number[]): Write => ({ key, value: Uint8Array.from(bytes) })
const remove = (key: string): Write => ({ key, value: undefined })

async function contents(store: Store): Promise<Record<string, number[]>> {
  const found: [string, number[]][] = []
  for await (const [key, value] of store.load()) found.push([key, [...value]])
  const keys = new Set(found.map(([key]) => key))
  assert.equal(keys.size, found.length, 'every key comes once')
  return Object.fromEntries(found)
}

async function afterReopening(harness: StoreHarness, store: Store): Promise<Record<string, number[]>> {
  await store.close()
  const again = await harness.open()
  try {
    return await contents(again)
  } finally {
    await again.close()
  }
}

/** What every store does. */
export const storeConformance: readonly ConformanceCase<StoreHarness>[] = [
  {
    name: 'is empty at first',
    async run(harness) {
      const store = await harness.open()
      assert.deepEqual(await contents(store), {})
      await store.close()
    },
  },
  {
    name: 'keeps what was committed, and replaces and removes',
    async run(harness) {
      const store = await harness.open()
      await store.commit([put('a', 1), put('b/1', 2, 3), put('c')])
      await store.commit([put('a', 9), remove('b/1'), remove('never there'), put('d', 0, 255)])
      assert.deepEqual(await contents(store), { a: [9], c: [], d: [0, 255] })
      assert.deepEqual(await afterReopening(harness, store), { a: [9], c: [], d: [0, 255] })
    },
  },
  {
    name: 'takes the last of several writes to one key in a commit',
    async run(harness) {
      const store = await harness.open()
      await store.commit([put('a', 1), remove('a'), put('a', 2), put('b', 1), remove('b')])
      assert.deepEqual(await afterReopening(harness, store), { a: [2] })
    },
  },
  {
    name: 'applies commits in the order in which they were asked for, unawaited',
    async run(harness) {
      const store = await harness.open()
      const rounds = Array.from({ length: 50 }, (_, i) => i)
      await Promise.all(rounds.map((i) => store.commit([put('last', i), put(`own/${i}`, i)])))
      const found = await afterReopening(harness, store)
      assert.deepEqual(found.last, [49])
      assert.equal(Object.keys(found).length, 51)
    },
  },
  {
    name: 'is not changed by what becomes of the bytes that it was given',
    async run(harness) {
      const store = await harness.open()
      const value = Uint8Array.of(1, 2, 3)
      await store.commit([{ key: 'a', value }])
      value.fill(9)
      assert.deepEqual(await contents(store), { a: [1, 2, 3] })
      await store.close()
    },
  },
  {
    name: 'holds many records and large ones',
    async run(harness) {
      const store = await harness.open()
      const many = Array.from({ length: 3000 }, (_, i) => put(`many/${i}`, i & 255, i >> 8))
      const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255)
      await store.commit([...many, { key: 'large', value: large }])
      const found = await afterReopening(harness, store)
      assert.equal(Object.keys(found).length, 3001)
      assert.deepEqual(found['many/2999'], [2999 & 255, 2999 >> 8])
      assert.deepEqual(found.large, [...large])
    },
  },
  {
    name: 'takes an empty commit',
    async run(harness) {
      const store = await harness.open()
      await store.commit([])
      assert.deepEqual(await contents(store), {})
      await store.close()
    },
  },
  {
    name: 'refuses a commit once it is closed, and closes twice',
    async run(harness) {
      const store = await harness.open()
      await store.commit([put('a', 1)])
      await store.close()
      await store.close()
      await assert.rejects(async () => store.commit([put('b', 1)]))
      const again = await harness.open()
      assert.deepEqual(await contents(again), { a: [1] })
      await again.close()
    },
  },
]
