import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonVersion, VERSIONS, type VersionRange } from './versions.ts'

const range: fc.Arbitrary<VersionRange> = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 255 }))
  .map(([x, y]) => ({ min: Math.min(x, y), max: Math.max(x, y) }))

describe('the version of a session', () => {
  it('is the highest that both speak, at both ends', () => {
    const speaks = (version: number, { min, max }: VersionRange) => version >= min && version <= max
    fc.assert(
      fc.property(range, range, (a, b) => {
        const all = Array.from({ length: 255 }, (_, i) => i + 1)
        const highest = all.findLast((version) => speaks(version, a) && speaks(version, b))
        expect(commonVersion(a, b)).toBe(highest)
        expect(commonVersion(b, a)).toBe(highest)
      }),
    )
  })

  it('is one that this code speaks with itself', () => {
    expect(commonVersion(VERSIONS, VERSIONS)).toBe(VERSIONS.max)
  })
})
