import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, type Party, type World } from '../../testing/world.ts'

const token = NATIVE_TOKEN
/** What is asked for the time for which a payer can hold capital, less for those who fold in time. */
const holding = { feeHoldShare: 100, feePerHour: 3_600_000, standingHalfLife: 100 }
let world: World
let payer: Party
let hub: Party
let payee: Party

beforeEach(async () => {
  world = createWorld({
    seed: 11,
    parties: {
      payer: { money: 50_000n, policy: { feeMax: 5_000_000 } },
      hub: { money: 50_000n, policy: { forward: true, feeBase: 20n, ...holding } },
      payee: { money: 0n },
    },
  })
  await world.start()
  payer = world.party('payer')
  hub = world.party('hub')
  payee = world.party('payee')
  const deposit = 10_000n
  await world.finish(payer.engine.openChannel({ peer: hub.address, url: hub.url, token, deposit }))
  await world.finish(hub.engine.openChannel({ peer: payee.address, url: payee.url, token, deposit }))
})

afterEach(() => world.stop())

const open = () =>
  payer.engine.openVirtual({
    payee: payee.address,
    payeeUrl: payee.url,
    hubs: [hub.address],
    token,
    capacity: 1_000n,
    first: 1n,
  })

const statusOf = (virtualId: string) => payer.engine.virtuals().find((view) => view.virtualId === virtualId)?.status

async function restart(party: Party): Promise<void> {
  await world.finish(party.stop())
  await world.finish(party.start())
}

it('what is signed while the hub is away pays what the hub asked for before, and is taken when it is back', async () => {
  await world.finish(hub.stop())
  const { fees, virtualId } = await world.finish(open())
  expect(fees).toBeGreaterThan(20n)
  await world.finish(hub.start())
  await world.scheduler.runFor(60_000)
  expect(statusOf(virtualId)).toBe('open')
  expect(payee.engine.virtuals()).toMatchObject([{ virtualId, amount: 1n }])
})

it('what is signed before the hub is back pays the price before, and is taken though the hub asks for more by now', async () => {
  const { virtualId: earlier } = await world.finish(open())
  await world.finish(payer.engine.closeVirtual(earlier))
  await world.scheduler.runFor(100)
  world.network.part(payer.address, hub.address)
  // what the payer earned by folding in time fades meanwhile, and with it the lower price
  await world.scheduler.runFor(300_000)
  const { fees, virtualId } = await world.finish(open())
  world.network.heal(payer.address, hub.address)
  await world.scheduler.runFor(60_000)
  expect(statusOf(virtualId)).toBe('open')
  const now = await world.finish(open())
  expect(now.fees).toBeGreaterThan(fees)
})

it('a payer that has just started waits until the hub tells its fees', async () => {
  await world.finish(hub.stop())
  await restart(payer)
  const opening = open()
  await world.scheduler.runFor(1_000)
  await world.finish(hub.start())
  const { fees, virtualId } = await world.finish(opening)
  expect(fees).toBeGreaterThan(20n)
  await world.scheduler.runFor(5_000)
  expect(statusOf(virtualId)).toBe('open')
})

it('a hub that does not come is told of, and nothing is locked', async () => {
  await world.finish(hub.stop())
  await restart(payer)
  await expect(world.finish(open())).rejects.toMatchObject({ code: 'FEES_UNKNOWN', details: { hub: hub.address } })
  expect(payer.engine.virtuals()).toEqual([])
  expect(payer.engine.channels()).toMatchObject([{ locked: { sent: 0n } }])
})

it('fees that the caller names wait for nobody', async () => {
  await world.finish(hub.stop())
  await restart(payer)
  const path = { payee: payee.address, hubs: [hub.address], token, capacity: 1_000n, first: 0n }
  await expect(world.finish(payer.engine.openVirtual({ ...path, fees: [20n] }))).resolves.toMatchObject({ fees: 20n })
})
