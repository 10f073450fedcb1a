import { describe, it } from 'vitest'
import { Disk } from '../disk.ts'
import { Network } from '../network.ts'
import { seededRandom } from '../random.ts'
import { Scheduler } from '../scheduler.ts'
import { storeConformance } from './store.ts'
import { transportConformance } from './transport.ts'

describe('the simulated disk', () => {
  for (const { name, run } of storeConformance) {
    it(name, async () => {
      const scheduler = new Scheduler(0)
      const disk = new Disk(scheduler)
      await scheduler.finish(name, run({ open: async () => disk.open() }))
    })
  }
})

describe('the simulated network', () => {
  for (const { name, run } of transportConformance) {
    it(name, async () => {
      const scheduler = new Scheduler(0)
      const network = new Network({ scheduler, random: seededRandom(1) })
      let count = 0
      await run({
        async create() {
          count += 1
          const address = `0x${count.toString(16).padStart(40, '0')}` as const
          const url = `sim:${count}`
          return { transport: network.attach(address, url), address, url: () => url }
        },
        deadUrl: 'sim:nobody',
        until: (condition) => scheduler.runUntil(name, condition),
        finish: (promise) => scheduler.finish(name, promise),
      })
    })
  }
})
