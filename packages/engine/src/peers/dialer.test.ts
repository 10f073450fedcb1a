import type { Address } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { Scheduler } from '../testing/scheduler.ts'
import { Dialer } from './dialer.ts'

const PEER: Address = `0x${'11'.repeat(20)}`

it('a peer that is forgotten while it is dialled, and named again later, is dialled at once', async () => {
  const scheduler = new Scheduler(0)
  const dialled: number[] = []
  let url: string | undefined = 'sim:nobody'
  const dialer = new Dialer({
    transport: {
      connect: async () => {
        dialled.push(scheduler.now())
        throw new Error('nobody answers')
      },
      start: async () => {},
      stop: async () => {},
    },
    clock: scheduler,
    env: {
      policy: { reconnectMin: 100, reconnectMax: 60_000 },
      random: () => new Uint8Array(1),
      log: { debug() {} },
    },
    urlOf: () => url,
    isPublicOnly: () => false,
    isWanted: () => true,
  })
  dialer.consider(PEER)
  await scheduler.runFor(5_000)
  expect(dialled.length).toBeGreaterThan(4)
  url = undefined
  dialer.forget(PEER)
  await scheduler.runFor(60_000)
  dialled.length = 0
  url = 'sim:nobody'
  const namedAt = scheduler.now()
  dialer.consider(PEER)
  await scheduler.runFor(120)
  expect(dialled).toEqual([namedAt, namedAt + 50])
})
