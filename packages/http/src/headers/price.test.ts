import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coveredBy, coverFor, isDearer, owedFor, priceAtLeast, windowAfter } from './price.ts'

const price = fc.record({ amount: fc.bigInt(1n, 1n << 100n), per: fc.bigInt(1n, 1n << 40n) })
const bytes = fc.nat(2 ** 40)

describe('price', () => {
  it('rounds what is owed up', () => {
    expect(owedFor({ amount: 3n, per: 10n }, 0)).toBe(0n)
    expect(owedFor({ amount: 3n, per: 10n }, 1)).toBe(1n)
    expect(owedFor({ amount: 3n, per: 10n }, 10)).toBe(3n)
    expect(owedFor({ amount: 3n, per: 10n }, 11)).toBe(4n)
  })

  it('never owes less than the price nor a unit more', () => {
    fc.assert(
      fc.property(price, bytes, (p, b) => {
        const owed = owedFor(p, b)
        expect(owed * p.per >= BigInt(b) * p.amount).toBe(true)
        expect((owed - 1n) * p.per < BigInt(b) * p.amount).toBe(true)
      }),
    )
  })

  it('owes more for more bytes', () => {
    fc.assert(fc.property(price, bytes, bytes, (p, a, b) => owedFor(p, a) + owedFor(p, b) >= owedFor(p, a + b)))
    fc.assert(fc.property(price, bytes, bytes, (p, a, b) => owedFor(p, a + b) >= owedFor(p, a)))
  })

  it('covers exactly the bytes whose price the amount reaches', () => {
    const small = fc.record({ amount: fc.bigInt(1n, 10_000n), per: fc.bigInt(1n, 10_000n) })
    fc.assert(
      fc.property(small, fc.bigInt(0n, 1n << 30n), (p, amount) => {
        const covered = coveredBy(p, amount)
        expect(owedFor(p, covered) <= amount).toBe(true)
        expect(owedFor(p, covered + 1) > amount).toBe(true)
      }),
    )
  })

  it('covers what was owed', () => {
    fc.assert(fc.property(price, bytes, (p, b) => coveredBy(p, owedFor(p, b)) >= b))
  })

  it('covers everything when free, and stays a safe integer', () => {
    expect(coveredBy({ amount: 0n, per: 1n }, 0n)).toBe(Number.MAX_SAFE_INTEGER)
    expect(coveredBy({ amount: 1n, per: 1n << 60n }, 1n << 127n)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('compares prices of different units', () => {
    expect(isDearer({ amount: 3n, per: 2n }, { amount: 1n, per: 1n })).toBe(true)
    expect(isDearer({ amount: 2n, per: 2n }, { amount: 1n, per: 1n })).toBe(false)
    expect(isDearer({ amount: 0n, per: 1n }, { amount: 0n, per: 9n })).toBe(false)
  })

  it('is raised for few bytes, so that all of them cost what the least does', () => {
    fc.assert(
      fc.property(price, fc.nat(2 ** 30), fc.integer({ min: 1, max: 2 ** 30 }), (p, least, length) => {
        const raised = priceAtLeast(p, least, length)
        expect(owedFor(raised, length)).toBe(owedFor(p, Math.max(least, length)))
        expect(isDearer(p, raised)).toBe(false)
      }),
    )
    expect(priceAtLeast({ amount: 3n, per: 10n }, 100, 0)).toEqual({ amount: 3n, per: 10n })
  })
})

describe('the window', () => {
  it('grows by a sixteenth of what is paid for, up to sixteen times', () => {
    expect([0, 15, 16, 1600, 24_000, 10 ** 6].map((covered) => windowAfter(100, covered))).toEqual([
      100, 100, 101, 200, 1600, 1600,
    ])
  })

  it('is waited for by the fewest bytes that let a byte be served', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(100_000), (window, offset) => {
        const isServed = (covered: number) => offset < covered + windowAfter(window, covered)
        const covered = coverFor(window, offset)
        expect(isServed(covered)).toBe(true)
        if (covered > 0) expect(isServed(covered - 1)).toBe(false)
      }),
    )
  })
})
