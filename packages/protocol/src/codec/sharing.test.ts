import { describe, expect, it } from 'vitest'
import { list } from './composite-fields.ts'
import { sharing } from './sharing.ts'
import { address, uint32 } from './value-fields.ts'

const numbers = sharing(list(uint32, 0, 8), (values) => values.join())

describe('a field that shares', () => {
  it('decodes equal values as one, and different ones as what they are', () => {
    const one = numbers.decode([1, 2, 3], 'x')
    expect(numbers.decode([1, 2, 3], 'x')).toBe(one)
    expect(numbers.decode([1, 2], 'x')).toEqual([1, 2])
    expect(numbers.decode([12, 3], 'x')).toEqual([12, 3])
    expect(numbers.encode(one, 'x')).toEqual([1, 2, 3])
  })

  it('stays right when more different values come than it keeps', () => {
    const first = numbers.decode([7], 'x')
    for (let i = 0; i < 40_000; i++) expect(numbers.decode([i, 1], 'x')).toEqual([i, 1])
    expect(numbers.decode([7], 'x')).toEqual(first)
  })

  it('refuses what its field refuses, shared before or not', () => {
    expect(address.decode(new Uint8Array(20).fill(7), 'x')).toBe(`0x${'07'.repeat(20)}`)
    expect(() => address.decode(new Uint8Array(19).fill(7), 'x.y')).toThrow('x.y is not a string of 20 bytes')
  })
})
