import { describe, expect, it } from 'vitest'
import type { Chain } from '../../ports/chain.ts'
import { type AttackReport, flawsOf } from './attack.ts'
import { claimDrain } from './claim-drain.ts'
import { dust } from './dust.ts'
import { flood } from './flood-and-loot.ts'
import { jam, jamming } from './jamming.ts'
import { lateDecline } from './late-decline.ts'
import { nullRounds } from './null-rounds.ts'
import { closeByOldState } from './old-state.ts'
import { poisonedAdds } from './poisoned-adds.ts'
import { AttackScene } from './scene.ts'
import { foldSmall } from './small-folds.ts'
import { strangers } from './strangers.ts'

describe('an attack', () => {
  it.each<[string, () => Promise<AttackReport>]>([
    ['claims without end', claimDrain.run],
    ['dust', dust.run],
    ['a late decline', lateDecline.run],
    ['null rounds', nullRounds.run],
    ['jamming', jamming.run],
    ['poisoned adds', poisonedAdds.run],
  ])('gets nothing: %s', async (_, run) => {
    const report = await run()
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(report.thiefGot).toBe(0)
    expect(report.thiefSpent).toBeGreaterThan(0)
  })

  it('gets one fold on trust of many that are worth less than a call, and no second, and pays more for it', async () => {
    const { report, folded } = await foldSmall()
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(folded).toBe(1)
    expect(report).toMatchObject({ thiefGot: 0, dustLost: 70_000 })
  })

  it('gets none of them where strangers are trusted with nothing', async () => {
    const { report, folded } = await foldSmall({ trustedFolds: 0 })
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(folded).toBe(0)
    expect(report).toMatchObject({ thiefGot: 0, dustLost: 0 })
  })

  it('gets nothing: keys without money in all tables and sessions', async () => {
    const report = await strangers.run()
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(report.thiefGot).toBe(0)
  })

  it('gets nothing: flood and loot, of more than the hub can defend', async () => {
    // Five times ten calls of 600,000 gas in a window, of which half may be needed: 250, and one peer's a quarter.
    const { report, declined } = await flood(1, 80, 600_000)
    expect(flawsOf(report), JSON.stringify(report)).toEqual([])
    expect(declined).toBe(80 - 62)
  })

  it('keeps honest users from being served where nothing bounds what strangers hold', async () => {
    const { served } = await jam({ strangersShare: 100, strangerSlots: 98, strangerCapacity: 100 })
    expect(served).toBeLessThan(0.5)
  })

  it('that keeps a hub from the chain is told to steal, and not to leave dust', async () => {
    let isCutOff = false
    const reach = (connect: () => Chain): Chain => {
      const chain = connect()
      const broadcast: Chain['broadcast'] = async (transaction) => {
        if (!isCutOff) await chain.broadcast(transaction)
      }
      return { ...chain, broadcast }
    }
    const scene = await AttackScene.create({ hub: { reach } })
    await closeByOldState(scene, () => {
      isCutOff = true
    })
    isCutOff = false
    const { stolen, dustLost } = await scene.report('old-state')
    expect({ stolen, dustLost }).toEqual({ stolen: 30_000_000, dustLost: 0 })
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
