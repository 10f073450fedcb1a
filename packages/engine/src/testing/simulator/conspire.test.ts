import { describe, expect, it } from 'vitest'
import { conspire } from './conspire.ts'

/** A run of its own: SLUICE_SEED=123; more runs: SLUICE_SEEDS=1000. */
const { SLUICE_SEED, SLUICE_SEEDS } = process.env
const count = Number(SLUICE_SEEDS ?? 20)
const seeds = SLUICE_SEED === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(SLUICE_SEED)]

describe('two that conspire against the hubs between them', () => {
  for (const seed of seeds) {
    it(`do not take their money (seed ${seed})`, { timeout: 120_000 }, async () => {
      const { gains } = await conspire(seed)
      for (const gain of gains) expect(gain).toBeGreaterThanOrEqual(0n)
    })
  }
})
