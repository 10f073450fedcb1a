import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, it } from 'vitest'
import { type Endpoint, SimulatedChain } from '../chain/simulated-chain.ts'
import { Disk } from '../disk.ts'
import { createFastCrypto } from '../fast-crypto.ts'
import { Network } from '../network.ts'
import { seededRandom } from '../random.ts'
import { Scheduler } from '../scheduler.ts'
import { chainConformance } from './chain.ts'
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

const shapes: readonly { readonly name: string; readonly nullRounds?: number; readonly endpoint?: Endpoint }[] = [
  { name: 'the simulated chain' },
  { name: 'the simulated chain with null rounds and late logs', nullRounds: 0.2, endpoint: { lateLogs: 0.5 } },
  { name: 'the simulated chain, seen by an endpoint that is behind', endpoint: { lag: 2 } },
]

for (const { name: chainName, nullRounds = 0, endpoint = {} } of shapes) {
  describe(chainName, () => {
    for (const { name, run } of chainConformance) {
      it(name, async () => {
        // The suite makes terms of the present minute, as it also runs over real chains.
        const scheduler = new Scheduler(Date.now())
        const crypto = createFastCrypto()
        const chain = new SimulatedChain({ scheduler, random: seededRandom(1), crypto, finality: 5, nullRounds })
        const signers = [crypto.signer(1), crypto.signer(2)] as const
        chain.mint(NATIVE_TOKEN, signers[0].address, 10_000n)
        await run({
          crypto,
          signers,
          connect: async () => chain.connect(signers[0].address, endpoint),
          reorg: async () => {
            chain.lossRate = 1
            chain.reorg(1 + (endpoint.lag ?? 0))
            chain.lossRate = 0
          },
          until: (condition) => scheduler.runUntil(name, condition),
          finish: (promise) => scheduler.finish(name, promise),
        })
      })
    }
  })
}
