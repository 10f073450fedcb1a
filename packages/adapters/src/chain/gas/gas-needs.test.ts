import { describe, expect, it } from 'vitest'
import { GasNeeds } from './gas-needs.ts'

const hash = (number: number) => `0x${number.toString(16).padStart(64, '0')}` as const
const ranOut = { status: 'reverted', gasUsed: 125n } as const

describe('gas that a call needs', () => {
  it('is what is estimated, and twice as much each time that it ran out, up to a limit', () => {
    const needs = new GasNeeds()
    expect(needs.over('deposit', 100n)).toBe(100n)
    for (const [i, times] of [2n, 4n, 8n, 16n, 32n, 32n].entries()) {
      needs.learn(hash(i), 'deposit', 125n, ranOut)
      expect(needs.over('deposit', 100n)).toBe(100n * times)
    }
    expect(needs.over('redeem', 100n)).toBe(100n)
  })

  it('is learnt once of each transaction', () => {
    const needs = new GasNeeds()
    for (let i = 0; i < 5; i++) needs.learn(hash(1), 'deposit', 125n, ranOut)
    expect(needs.over('deposit', 100n)).toBe(200n)
  })

  it('is no more for one that reverted with gas to spare', () => {
    const needs = new GasNeeds()
    needs.learn(hash(1), 'deposit', 125n, { status: 'reverted', gasUsed: 100n })
    expect(needs.over('deposit', 100n)).toBe(100n)
  })

  it('falls again where much is left over, and never below the estimate', () => {
    const needs = new GasNeeds()
    needs.learn(hash(1), 'deposit', 125n, ranOut)
    needs.learn(hash(2), 'deposit', 250n, { status: 'success', gasUsed: 130n })
    expect(needs.over('deposit', 100n)).toBe(200n)
    for (let i = 3; i < 6; i++) needs.learn(hash(i), 'deposit', 500n, { status: 'success', gasUsed: 100n })
    expect(needs.over('deposit', 100n)).toBe(100n)
  })
})
