import type { Id } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { createLine, type Line } from '../../testing/line.ts'
import type { PartyOptions } from '../../testing/world.ts'

let line: Line | undefined

afterEach(async () => {
  await line?.world.stop()
  line = undefined
})

const money = 10_000n
const hub: PartyOptions = { money, policy: { forward: true } }

/** A line whose payer has a session with its payee: payments take a shorter way than locks. */
async function lineWith(policy: PartyOptions['policy'] = {}): Promise<Line> {
  line = await createLine({ seed: 11, deposit: 5_000n, parties: { alice: { money }, hub, bob: { money: 0n, policy } } })
  await line.open()
  await line.world.scheduler.runFor(1_000)
  return line
}

/** How many vouchers the payee had no room for. */
const refusals = ({ world }: Line): number =>
  world.log.filter(({ party, event }) => party === 'bob' && event === 'no room for an early payment').length

function amountsOf({ parties }: Line, index: number, virtualIds: readonly Id[]) {
  const views = parties[index]?.engine.virtuals() ?? []
  return virtualIds.map((virtualId) => {
    const view = views.find((one) => one.virtualId === virtualId)
    return { amount: view?.amount, acknowledged: view?.acknowledged }
  })
}

/** Opens so many at once, and lets everything arrive. */
async function openAtOnce(here: Line, count: number): Promise<Id[]> {
  const opened = await Promise.all(Array.from({ length: count }, (_, i) => here.open({ first: BigInt(i + 1) })))
  await here.world.scheduler.runFor(5_000)
  return opened.map(({ virtualId }) => virtualId)
}

describe('a first payment that comes before its lock', () => {
  it('and finds no room is sent again when the lock is there, and nothing is lost', async () => {
    const here = await lineWith({ earlyVouchersPerPeerMax: 1 })
    const virtualIds = await openAtOnce(here, 8)
    expect(refusals(here)).toBeGreaterThan(0)
    const paid = virtualIds.map((_, i) => BigInt(i + 1))
    expect(amountsOf(here, 2, virtualIds)).toMatchObject(paid.map((amount) => ({ amount })))
    expect(amountsOf(here, 0, virtualIds)).toEqual(paid.map((amount) => ({ amount, acknowledged: amount })))
  })

  it('finds room where there is some, and is sent once', async () => {
    const here = await lineWith()
    const virtualIds = await openAtOnce(here, 8)
    expect(refusals(here)).toBe(0)
    expect(amountsOf(here, 2, virtualIds).map(({ amount }) => amount)).toEqual(virtualIds.map((_, i) => BigInt(i + 1)))
  })

  it('is not forgotten though the payee waits no longer for the lock', async () => {
    const here = await lineWith({ earlyVoucherWait: 1 })
    const [alice, middle] = here.parties
    if (alice === undefined || middle === undefined) throw new RangeError('three are in the line')
    middle.kill()
    const opening = here.open({ first: 7n })
    await here.world.scheduler.runFor(4_000)
    await here.world.finish(middle.start())
    const { virtualId } = await opening
    await here.world.scheduler.runFor(10_000)
    expect(amountsOf(here, 2, [virtualId])).toMatchObject([{ amount: 7n }])
    expect(amountsOf(here, 0, [virtualId])).toEqual([{ amount: 7n, acknowledged: 7n }])
  })
})
