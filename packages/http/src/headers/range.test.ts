import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatContentRange, parseContentRange, parseRange } from './range.ts'

describe('parseRange', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=4-', { start: 4, end: 10 }],
    ['bytes=4-4', { start: 4, end: 5 }],
    ['bytes=4-99', { start: 4, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-99', { start: 0, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['items=0-1', undefined],
    ['bytes=9007199254740993-', undefined],
    ['bytes=99999999999999999999-', undefined],
    [null, undefined],
  ])('%s of 10 bytes', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected)
  })

  it('stays within the resource whatever is asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1000), (text, length) => {
        const range = parseRange(`bytes=${text}`, length)
        if (typeof range === 'object') expect(range.start < range.end && range.end <= length).toBe(true)
      }),
    )
  })
})

describe('parseContentRange', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), fc.nat(1000), (start, size, more) => {
        const range = { start, end: start + size }
        const total = start + size + more
        expect(parseContentRange(formatContentRange(range, total))).toEqual({ ...range, total })
      }),
    )
  })

  it.each(['bytes */10', 'bytes 5-4/10', 'bytes 0-10/10', 'bytes 0-1/*', 'bytes 0-1', '', null])(
    'refuses %s',
    (header) => {
      expect(parseContentRange(header)).toBeUndefined()
    },
  )
})
