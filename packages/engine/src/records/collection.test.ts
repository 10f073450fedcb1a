import type { RecordKind } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { type SeededRandom, seededRandom } from '../testing/random.ts'
import { Collection } from './collection.ts'

interface Item {
  readonly key: string
  readonly colours: readonly string[]
}

const COLOURS = ['red', 'green', 'blue']
const KEYS = ['a', 'b', 'c', 'd', 'e']

const kind: RecordKind<Item> = {
  prefix: 'item/',
  writes: (before, after) => {
    const key = (after ?? before)?.key
    const value = after && new TextEncoder().encode(after.colours.join())
    return key === undefined ? [] : [{ key, value }]
  },
  reader: () => ({ take: () => {}, records: () => [] }),
}

/** The same by copying all of it at every step. */
class Model {
  disk = new Map<string, Item>()
  batch = new Map<string, Item>()
  event = new Map<string, Item>()

  set(key: string, item: Item | undefined): void {
    if (item === undefined) this.event.delete(key)
    else this.event.set(key, item)
  }
  keep(): void {
    this.batch = new Map(this.event)
  }
  drop(): void {
    this.event = new Map(this.batch)
  }
  dropBatch(): void {
    this.batch = new Map(this.disk)
    this.drop()
  }
  applied(): void {
    this.disk = new Map(this.batch)
  }
}

function expectSame(collection: Collection<string, Item>, { disk, event }: Model): void {
  expect(new Map(collection.entries())).toEqual(event)
  expect(new Map(collection.allCommitted())).toEqual(disk)
  expect(collection.size).toBe(event.size)
  for (const key of KEYS) {
    expect(collection.get(key)).toBe(event.get(key))
    expect(collection.committed(key)).toBe(disk.get(key))
  }
  for (const colour of COLOURS) {
    const keys = [...event.values()].filter(({ colours }) => colours.includes(colour)).map(({ key }) => key)
    expect([...collection.named(colour)].sort()).toEqual(keys.sort())
    expect(collection.count(colour)).toBe(keys.length)
  }
}

function setOne(collection: Collection<string, Item>, model: Model, random: SeededRandom): void {
  const key = random.pick(KEYS)
  const item = random.chance(0.3) ? undefined : { key, colours: COLOURS.filter(() => random.chance(0.5)) }
  collection.set(key, item)
  model.set(key, item)
}

describe('a collection', () => {
  it.each([1, 2, 3, 4, 5])(
    'shows the event, the disk and the index right whatever is dropped or kept (seed %i)',
    (seed) => {
      const random = seededRandom(seed)
      const collection = new Collection<string, Item>(kind, undefined, ({ colours }) => colours)
      const model = new Model()
      for (let step = 0; step < 300; step++) {
        for (let i = random.below(4); i > 0; i--) setOne(collection, model, random)
        expectSame(collection, model)
        const end = random.pick(['keep', 'keep', 'drop', 'dropBatch', 'applied'] as const)
        // A batch is on disk only once its events were kept or dropped.
        if (end === 'applied') {
          collection.keep()
          model.keep()
          const written = new Set(collection.writes().map(({ key }) => key))
          expect(written).toEqual(new Set(KEYS.filter((key) => model.disk.get(key) !== model.batch.get(key))))
        }
        collection[end]()
        model[end]()
        expectSame(collection, model)
      }
    },
  )

  it('tells each change at once, and none that changes nothing', () => {
    const told: string[] = []
    const collection = new Collection<string, Item>(kind, (key) => told.push(key))
    const item = { key: 'a', colours: [] }
    collection.set('a', item)
    collection.set('a', item)
    collection.set('b', undefined)
    collection.set('a', undefined)
    expect(told).toEqual(['a', 'a'])
    expect(collection.isChanged).toBe(false)
    collection.keep()
    expect(collection.isChanged).toBe(true)
    expect(collection.writes()).toEqual([])
  })
})
