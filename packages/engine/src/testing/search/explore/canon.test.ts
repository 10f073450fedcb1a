import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Canon, Numbers } from './canon.ts'

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.bigInt({ min: -3n, max: 3n }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom('', 'a', '1', '1n', 'null', undefined, null, true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
    fc.uint8Array({ maxLength: 3 }),
  ),
})).value

describe('a canon', () => {
  it('gives values of equal content the same key, and no others', () => {
    const canon = new Canon()
    fc.assert(
      fc.property(value, value, (one, other) => {
        const isEqual = (() => {
          try {
            expect(one).toEqual(other)
            return true
          } catch {
            return false
          }
        })()
        expect(canon.keyOf(one) === canon.keyOf(other)).toBe(isEqual)
        expect(canon.keyOf(structuredClone(one))).toBe(canon.keyOf(one))
      }),
      { numRuns: 2000 },
    )
  })

  it('tells a number from a text and from a big number', () => {
    const canon = new Canon()
    const keys = [1, 1n, '1', '1n', [1], { a: 1 }, true, 'true', null, 'null'].map((one) => canon.keyOf(one))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('does not look at the order of fields, nor at those that are undefined', () => {
    const canon = new Canon()
    expect(canon.keyOf({ a: 1, b: 2n })).toBe(canon.keyOf({ b: 2n, c: undefined, a: 1 }))
    expect(canon.keyOf(new Set(['x', 'y']))).toBe(canon.keyOf(new Set(['y', 'x'])))
  })
})

describe('numbers', () => {
  it('count different values, and give them back', () => {
    const numbers = new Numbers<{ readonly a: number }>(new Canon())
    expect([{ a: 5 }, { a: 6 }, { a: 5 }].map((one) => numbers.of(one))).toEqual([0, 1, 0])
    expect(numbers.size).toBe(2)
    expect(numbers.at(1)).toEqual({ a: 6 })
    expect(() => numbers.at(2)).toThrow(RangeError)
  })
})
