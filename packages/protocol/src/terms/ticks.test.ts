import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_UINT128 } from '../primitives/bytes.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import { anyHash } from '../testing/arbitraries.ts'
import { testCrypto } from '../testing/crypto.ts'
import { checkTick, checkTickFields, hasTicks, tickAnchor, tickAt, tickChain } from './ticks.ts'
import type { Voucher } from './voucher.ts'
import { voucherValue } from './voucher-value.ts'

const { keccak256 } = testCrypto
const code = (code: string) => expect.objectContaining({ code })
const seed: Hex = `0x${'5e'.repeat(32)}`
const plain: Voucher = { virtualId: ZERO_HASH, amount: 10n, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
const withTicks = (count: number): Voucher => ({
  ...plain,
  tickAnchor: tickAnchor(keccak256, seed, count),
  tickValue: 3n,
  tickCount: count,
})

describe('ticks', () => {
  it('hash up to the anchor', () => {
    fc.assert(
      fc.property(anyHash, fc.integer({ min: 1, max: 50 }), (from, count) => {
        const voucher = { ...withTicks(count), tickAnchor: tickAnchor(keccak256, from, count) }
        const chain = tickChain(keccak256, from, count)
        expect(chain).toHaveLength(count)
        for (const [i, tick] of chain.entries()) {
          expect(tick).toEqual(tickAt(keccak256, from, count, i + 1))
          checkTick(keccak256, voucher, tick)
          checkTick(keccak256, voucher, tick, chain[i - 1])
        }
        expect(chain.at(-1)?.preimage).toBe(from)
      }),
    )
  })

  it('cost one hash each when they are revealed one by one', () => {
    const chain = tickChain(keccak256, seed, 20)
    let hashes = 0
    const counting = (bytes: Uint8Array) => {
      hashes++
      return keccak256(bytes)
    }
    for (const [i, tick] of chain.entries()) checkTick(counting, withTicks(20), tick, chain[i - 1])
    expect(hashes).toBe(20)
  })

  it('are refused when they do not go on from the last', () => {
    const voucher = withTicks(5)
    const [first, second, third] = tickChain(keccak256, seed, 5)
    if (first === undefined || second === undefined || third === undefined) throw new Error('the chain has five ticks')
    expect(() => checkTick(keccak256, voucher, first, second)).toThrow(code('TICK_INDEX_INVALID'))
    expect(() => checkTick(keccak256, voucher, second, second)).toThrow(code('TICK_INDEX_INVALID'))
    expect(() => checkTick(keccak256, voucher, { ...third, index: 2 }, first)).toThrow(code('TICK_PREIMAGE_WRONG'))
    expect(() => checkTick(keccak256, voucher, { index: 3, preimage: seed })).toThrow(code('TICK_PREIMAGE_WRONG'))
    expect(() => checkTick(keccak256, voucher, { index: 3, preimage: '0x11' })).toThrow(code('HEX_INVALID'))
    for (const index of [0, -1, 6, 1.5]) {
      expect(() => checkTick(keccak256, voucher, { index, preimage: seed })).toThrow(code('TICK_INDEX_INVALID'))
    }
    expect(() => checkTick(keccak256, plain, first)).toThrow(code('TICKS_UNUSED'))
  })

  it('need a count of at least one', () => {
    for (const count of [0, -1, 1.5, 2 ** 32]) {
      expect(() => tickAnchor(keccak256, seed, count)).toThrow(code('TICK_INDEX_INVALID'))
      expect(() => tickChain(keccak256, seed, count)).toThrow(code('TICK_INDEX_INVALID'))
    }
    expect(() => tickAt(keccak256, seed, 5, 6)).toThrow(code('TICK_INDEX_INVALID'))
  })

  it('are all set or all zero in a voucher', () => {
    checkTickFields(plain)
    checkTickFields(withTicks(1))
    expect(hasTicks(plain)).toBe(false)
    expect(hasTicks(withTicks(1))).toBe(true)
    for (const zero of [{ tickAnchor: ZERO_HASH }, { tickValue: 0n }, { tickCount: 0 }]) {
      expect(() => checkTickFields({ ...withTicks(1), ...zero })).toThrow(code('TICKS_HALF_SET'))
    }
  })
})

describe('the value of a voucher', () => {
  const value = (amount: bigint, tickValue: bigint, index: number | undefined, capacity: bigint) =>
    voucherValue(
      {
        voucher: { ...withTicks(9), amount, tickValue },
        ...(index === undefined ? {} : { tick: { index, preimage: seed } }),
      },
      capacity,
    )

  it('is its amount and its ticks, at most the capacity', () => {
    expect(value(10n, 3n, undefined, 100n)).toBe(10n)
    expect(value(10n, 3n, 4, 100n)).toBe(22n)
    expect(value(10n, 3n, 4, 22n)).toBe(22n)
    expect(value(10n, 3n, 4, 21n)).toBe(21n)
    expect(value(10n, 3n, undefined, 9n)).toBe(9n)
    expect(value(MAX_UINT128, MAX_UINT128, 0xffff_ffff, MAX_UINT128)).toBe(MAX_UINT128)
  })
})
