import { describe, expect, it } from 'vitest'
import { bytesToHex } from '../primitives/bytes.ts'
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

  it('tells bytes apart that begin alike', () => {
    const one = new Uint8Array(20).fill(7)
    const other = one.with(19, 8)
    for (let i = 0; i < 3; i++) {
      expect(address.decode(one, 'x')).toBe(bytesToHex(one))
      expect(address.decode(other, 'x')).toBe(bytesToHex(other))
    }
    const longer = new Uint8Array(21).fill(7)
    expect(() => address.decode(longer, 'x')).toThrow('x is not a string of 20 bytes')
  })

  it('keeps its own copy of what it compares with', () => {
    const bytes = new Uint8Array(20).fill(9)
    address.decode(bytes, 'x')
    bytes[19] = 1
    expect(address.decode(bytes, 'x')).toBe(bytesToHex(bytes))
  })

  it('refuses what its field refuses, shared before or not', () => {
    expect(address.decode(new Uint8Array(20).fill(7), 'x')).toBe(`0x${'07'.repeat(20)}`)
    expect(() => address.decode(new Uint8Array(19).fill(7), 'x.y')).toThrow('x.y is not a string of 20 bytes')
  })
})
