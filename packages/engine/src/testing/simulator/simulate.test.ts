import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

/** A run of its own: SLUICE_SEED=123; more runs: SLUICE_SEEDS=1000. */
const { SLUICE_SEED, SLUICE_SEEDS } = process.env
const count = Number(SLUICE_SEEDS ?? 12)
const seeds = SLUICE_SEED === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(SLUICE_SEED)]

describe('a random run', () => {
  for (const seed of seeds) {
    it(`loses nobody's money (seed ${seed})`, { timeout: 120_000 }, async () => {
      const { calls } = await simulate({ seed })
      expect(calls.openVirtual).toBeGreaterThan(0)
    })
  }

  for (const seed of seeds.slice(0, Math.ceil(seeds.length / 3))) {
    it(`loses nobody's money on a chain as Filecoin has it (seed ${seed})`, { timeout: 120_000 }, async () => {
      const { calls } = await simulate({ seed, asFilecoin: true })
      expect(calls.openVirtual).toBeGreaterThan(0)
    })
  }

  it('is decided by its seed alone', { timeout: 120_000 }, async () => {
    const [one, other] = [await simulate({ seed: 7, duration: 30_000 }), await simulate({ seed: 7, duration: 30_000 })]
    expect(other.world.log).toEqual(one.world.log)
    expect(other.transactions).toEqual(one.transactions)
  })
})
