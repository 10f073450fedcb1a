import { describe, expect, it } from 'vitest'
import { conspire } from './conspire.ts'

/** A run of its own: SLUICE_SEED=123; more runs: SLUICE_SEEDS=1000. */
const { SLUICE_SEED, SLUICE_SEEDS } = process.env
const count = Number(SLUICE_SEEDS ?? 20)
const seeds = SLUICE_SEED === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(SLUICE_SEED)]

describe('two that conspire against a hub', () => {
  for (const seed of seeds) {
    it(`do not take its money (seed ${seed})`, { timeout: 120_000 }, async () => {
      const { gain } = await conspire(seed)
      expect(gain).toBeGreaterThanOrEqual(0n)
    })
  }
})
