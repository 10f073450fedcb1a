import { describe, expect, it } from 'vitest'
import { type AttackReport, flawsOf } from './attack.ts'
import { claimDrain } from './claim-drain.ts'
import { dust } from './dust.ts'
import { flood } from './flood-and-loot.ts'
import { lateDecline } from './late-decline.ts'

describe('an attack', () => {
  it.each<[string, () => Promise<AttackReport>]>([
    ['flood and loot, with few', () => flood(1, 60)],
    ['claims without end', claimDrain.run],
    ['dust', dust.run],
    ['a late decline', lateDecline.run],
  ])('gets nothing: %s', async (_, run) => {
    const report = await run()
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(report.thiefGot).toBe(0)
    expect(report.thiefSpent).toBeGreaterThan(0)
  })

  it('is told for what it gets', () => {
    const good = {
      thiefSpent: 1,
      thiefGot: 0,
      stolen: 0,
      dustLost: 5,
      feesPaid: 5,
      gasWasted: 0,
      honestGas: 9,
      served: 1,
    }
    expect(flawsOf({ name: 'x', ...good })).toEqual([])
    expect(flawsOf({ name: 'x', ...good, stolen: 1, dustLost: 6, gasWasted: 2, served: 0.5 })).toHaveLength(4)
  })
})
