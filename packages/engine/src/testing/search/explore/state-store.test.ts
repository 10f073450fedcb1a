import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StateStore } from './state-store.ts'

it('keeps each state once, however many there are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)), { maxLength: 400 }), (rows) => {
      const store = new StateStore(3, 2)
      const seen = new Set<string>()
      for (const row of rows) {
        expect(store.add(Int32Array.from(row), -1, 0)).toBe(!seen.has(row.join()))
        seen.add(row.join())
      }
      expect(store.count).toBe(seen.size)
      const row = new Int32Array(3)
      const kept = Array.from({ length: store.count }, (_, index) => {
        store.read(index, row)
        return row.join()
      })
      expect(kept).toEqual([...seen])
    }),
  )
})

it('tells the way on which a state was first reached', () => {
  const store = new StateStore(1, 2)
  store.add(Int32Array.of(0), -1, -1)
  store.add(Int32Array.of(1), 0, 10)
  store.add(Int32Array.of(2), 1, 20)
  store.add(Int32Array.of(2), 0, 30)
  expect(store.wayTo(2)).toEqual([10, 20])
  expect(store.wayTo(0)).toEqual([])
})
