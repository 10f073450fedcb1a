import { expect, it } from 'vitest'
import { connectionsFor, descriptorLimit } from './descriptors.ts'

it('leaves half of the descriptors to everything that is no listener', () => {
  for (const limit of [200, 1_024, 65_536]) {
    const taken = (['peers', 'content', 'content', 'rpc', 'metrics'] as const).map((purpose) =>
      connectionsFor(purpose, limit),
    )
    expect(taken.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.75 * limit)
    expect(Math.min(...taken)).toBeGreaterThan(0)
  }
})

it('knows how many this process may have', () => {
  expect(descriptorLimit()).toBeGreaterThan(0)
  expect(descriptorLimit()).toBeLessThanOrEqual(65_536)
})
