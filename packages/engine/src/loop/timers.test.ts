import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/random.ts'
import { Scheduler } from '../testing/scheduler.ts'
import { Timers } from './timers.ts'

describe('timers', () => {
  it('tell each key once, when it is due, in the order of time', async () => {
    const scheduler = new Scheduler(1000)
    const told: [string, number][] = []
    const timers = new Timers(scheduler, (key) => told.push([key, scheduler.now()]))
    timers.set('b', 1200)
    timers.set('a', 1100)
    timers.set('past', 500)
    timers.set('gone', 1150)
    timers.set('gone', undefined)
    timers.set('moved', 1120)
    timers.set('moved', 1300)
    await scheduler.runFor(1000)
    expect(told).toEqual([
      ['past', 1000],
      ['a', 1100],
      ['b', 1200],
      ['moved', 1300],
    ])
  })

  it('hold for many keys set and moved at random', async () => {
    const random = seededRandom(7)
    const scheduler = new Scheduler(0)
    const told: number[] = []
    const wanted = new Map<string, number>()
    const timers = new Timers(scheduler, (key) => {
      told.push(scheduler.now())
      expect(wanted.get(key)).toBe(scheduler.now())
      wanted.delete(key)
    })
    for (let i = 0; i < 500; i++) {
      const key = `k${random.below(200)}`
      const at = random.chance(0.1) ? undefined : 1 + random.below(1000)
      timers.set(key, at)
      if (at === undefined) wanted.delete(key)
      else wanted.set(key, at)
    }
    const count = wanted.size
    await scheduler.runFor(2000)
    expect(told).toHaveLength(count)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(wanted.size).toBe(0)
  })

  it('tell nothing after they were stopped', async () => {
    const scheduler = new Scheduler(0)
    const told: string[] = []
    const timers = new Timers(scheduler, (key) => told.push(key))
    timers.set('a', 10)
    timers.stop()
    timers.set('b', 20)
    await scheduler.runFor(100)
    expect(told).toEqual([])
  })
})
