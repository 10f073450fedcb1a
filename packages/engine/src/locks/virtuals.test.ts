import { decodeFrame, type Id } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { Engine, VirtualView } from '../api/engine.ts'
import { createLine, type Line, type LineOptions } from '../testing/line.ts'

const money = 1000n
const forward = true
const anyFees = { feeMax: 1_000_000 }

let line: Line | undefined

async function lineOf(parties: LineOptions['parties'], options: Partial<LineOptions> = {}): Promise<Line> {
  line = await createLine({ seed: 7, ...options, parties })
  return line
}

afterEach(async () => {
  await line?.world.stop()
  line = undefined
})

const party = ({ parties }: Line, index: number): Engine => {
  const found = parties[index]
  if (found === undefined) throw new RangeError(`no party ${index}`)
  return found.engine
}

function viewOf(here: Line, index: number, virtualId: Id): VirtualView | undefined {
  return party(here, index)
    .virtuals()
    .find((view) => view.virtualId === virtualId)
}

/** Closes all channels together, in order. */
async function closeAll(here: Line): Promise<void> {
  for (const [i, channelId] of here.channels.entries()) {
    await here.world.finish(party(here, i).closeChannel(channelId, 'cooperative'))
  }
}

const threeParties = { alice: { money }, hub: { money, policy: { forward } }, bob: { money: 0n } }

describe('a virtual channel', () => {
  it('works over one channel, without a hub', async () => {
    const here = await lineOf({ alice: { money }, bob: { money: 0n } })
    const opened = await here.open()
    const admission = await here.admit(opened)
    await here.world.finish(party(here, 0).pay(opened.virtualId, 111n))
    await here.world.finish(admission.waitFor(111n, new AbortController().signal))
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await closeAll(here)
    expect(here.money()).toEqual([889n, 111n])
  })

  it('works over several hubs, each of which gets its fee', async () => {
    const hub = { money, policy: { forward, feeBase: 2n } }
    const here = await lineOf({
      alice: { money, policy: anyFees },
      first: hub,
      second: hub,
      third: hub,
      bob: { money: 0n },
    })
    const opened = await here.open({ fees: [2n, 3n, 2n] })
    const admission = await here.admit(opened)
    await here.world.finish(party(here, 0).pay(opened.virtualId, 100n))
    await here.world.finish(admission.waitFor(100n, new AbortController().signal))
    await here.world.finish(party(here, 4).closeVirtual(opened.virtualId))
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await closeAll(here)
    expect(here.money()).toEqual([893n, 1002n, 1003n, 1002n, 100n])
  })

  it('is closed by its payee by itself when its lifetime ends', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open({ lifetime: 30 })
    await here.admit(opened)
    await here.world.scheduler.runFor(40_000)
    expect([0, 1, 2].map((i) => viewOf(here, i, opened.virtualId)?.status)).toEqual(['closed', 'closed', 'closed'])
    await closeAll(here)
    expect(here.money()).toEqual([990n, 1000n, 10n])
  })

  it('takes no payment once it closes', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open()
    const admission = await here.admit(opened)
    const waiting = admission.waitFor(50n, new AbortController().signal)
    const refused = expect(waiting).rejects.toMatchObject({ code: 'VIRTUAL_CLOSED' })
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await refused
    await expect(here.world.finish(party(here, 0).pay(opened.virtualId, 50n))).rejects.toMatchObject({
      code: 'VIRTUAL_CLOSED',
    })
    expect(viewOf(here, 2, opened.virtualId)).toMatchObject({ status: 'closed', amount: 10n })
  })

  it('takes cumulative totals up to its capacity, and none when too little of its life is left', async () => {
    const here = await lineOf(threeParties)
    const { virtualId } = await here.open({ first: 10n, lifetime: 60 })
    const pay = (total: bigint) => here.world.finish(party(here, 0).pay(virtualId, total))
    await expect(pay(10n)).rejects.toMatchObject({ code: 'PAYMENT_NOT_ABOVE' })
    await expect(pay(301n)).rejects.toMatchObject({ code: 'PAYMENT_ABOVE_CAPACITY' })
    await pay(300n)
    const other = await here.open({ first: 10n, lifetime: 20 })
    await here.world.scheduler.runFor(1_000)
    here.parties[2]?.kill()
    await here.world.scheduler.runFor(15_000)
    await expect(here.world.finish(party(here, 0).pay(other.virtualId, 20n))).rejects.toMatchObject({
      code: 'VIRTUAL_EXPIRED',
    })
  })

  it('is closed in a few passes, as nobody is idle on the way', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open()
    await here.admit(opened)
    const begin = here.world.scheduler.now()
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    // The payee's answer, request down, claim and fold and countersignature up, twice: twelve ways of at most 8 ms.
    expect(here.world.scheduler.now() - begin).toBeLessThanOrEqual(96)
  })

  it('without any payment is closed at 0', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open({ first: 0n })
    await here.world.scheduler.runFor(1_000)
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await closeAll(here)
    expect(here.money()).toEqual([1000n, 1000n, 0n])
  })

  it('frees its capacity for the next one', async () => {
    const here = await lineOf(threeParties)
    for (let i = 0; i < 4; i++) {
      const opened = await here.open({ capacity: 500n, first: 20n })
      await here.admit(opened)
      await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
      await here.world.scheduler.runFor(500)
    }
    await closeAll(here)
    expect(here.money()).toEqual([920n, 1000n, 80n])
  })

  it('can be one of many at once', async () => {
    const here = await lineOf(threeParties)
    const opened = await Promise.all(
      Array.from({ length: 50 }, (_, i) => here.open({ capacity: 10n, first: BigInt(i % 10) + 1n })),
    )
    for (const one of opened) await here.admit(one)
    await Promise.all(opened.map(({ virtualId }) => here.world.finish(party(here, 0).closeVirtual(virtualId))))
    await closeAll(here)
    expect(here.money()).toEqual([725n, 1000n, 275n])
  })
})

describe('virtual channels that open at once', () => {
  it('share one signature a lane, all the way', async () => {
    const here = await lineOf(threeParties)
    const updates: number[] = []
    here.world.network.onFrame = (_from, _to, frame) => {
      const decoded = decodeFrame(frame)
      if (decoded.kind === 'data' && decoded.message.type === 'update') {
        updates.push(decoded.message.update.operations.length)
      }
    }
    const opened = await Promise.all(Array.from({ length: 40 }, () => here.open({ capacity: 10n, first: 1n })))
    for (const one of opened) await here.admit(one)
    expect(updates).toEqual([40, 40])
  })
})

describe('an add that a hub cannot forward', () => {
  it.each([
    ['FORWARD_DISABLED', { forward: false }, { fees: [0n] }],
    ['FEE_LOW', { forward, feeBase: 5n }, { fees: [4n] }],
    ['LANE_OVERSPENT', { forward }, { capacity: 601n }],
  ])('is declined as %s, and the fees come back', async (code, policy, options) => {
    const here = await lineOf(
      { alice: { money: 2000n, policy: anyFees }, hub: { money, policy }, bob: { money: 0n } },
      { deposit: 650n },
    )
    // The hub has spent some of what it deposited, so that it has less than the payer.
    if (code === 'LANE_OVERSPENT') {
      const direct = await here.world.finish(
        party(here, 1).openVirtual({
          payee: party(here, 2).signer,
          hubs: [],
          token: `0x${'00'.repeat(20)}`,
          capacity: 60n,
          first: 0n,
        }),
      )
      expect(direct.virtualId).toBeDefined()
    }
    const opened = await here.open({ first: 0n, ...options })
    await here.world.scheduler.runFor(5_000)
    expect(viewOf(here, 0, opened.virtualId)?.status).toBe('declined')
    expect(here.world.log.some(({ event, values }) => event === 'declining' && values.code === code)).toBe(true)
    const { spendable, locked } = party(here, 0).channels()[0] ?? {}
    expect({ own: spendable?.own, sent: locked?.sent }).toEqual({ own: 650n, sent: 0n })
  })

  it('by the second hub is passed on by the first, with all fees', async () => {
    const here = await lineOf({
      alice: { money, policy: anyFees },
      first: { money, policy: { forward, feeBase: 2n } },
      second: { money, policy: { forward, feeBase: 9n } },
      bob: { money: 0n },
    })
    const opened = await here.open({ fees: [2n, 1n] })
    await here.world.scheduler.runFor(5_000)
    expect(viewOf(here, 0, opened.virtualId)?.status).toBe('declined')
    await closeAll(here)
    expect(here.money()).toEqual([1000n, 1000n, 1000n, 0n])
  })

  it('waits a while for the next member to be back', async () => {
    const here = await lineOf(threeParties)
    const [, , bob] = here.parties
    bob?.kill()
    await here.world.scheduler.runFor(300)
    const opened = await here.open()
    await here.world.scheduler.runFor(500)
    await here.world.finish(Promise.resolve(bob?.start()))
    await here.world.scheduler.runFor(5_000)
    expect(viewOf(here, 2, opened.virtualId)).toMatchObject({ status: 'open', amount: 10n })
  })

  it('is declined when the next member stays away', async () => {
    const here = await lineOf(threeParties)
    here.parties[2]?.kill()
    await here.world.scheduler.runFor(300)
    const opened = await here.open()
    await here.world.scheduler.runFor(10_000)
    expect(viewOf(here, 0, opened.virtualId)?.status).toBe('declined')
  })
})

describe('an add that is refused', () => {
  it('by the hub leaves nothing behind, and the lane goes on', async () => {
    const here = await lineOf({
      alice: { money },
      hub: { money, policy: { forward, capacityMin: 50n } },
      bob: { money: 0n },
    })
    const refused = await here.open({ capacity: 40n })
    await here.world.scheduler.runFor(2_000)
    expect(viewOf(here, 0, refused.virtualId)?.status).toBe('declined')
    const opened = await here.open({ capacity: 60n })
    const admission = await here.admit(opened)
    expect(admission.accepted()).toBe(10n)
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await closeAll(here)
    expect(here.money()).toEqual([990n, 1000n, 10n])
  })

  it('by the payee is declined towards the payer once its voucher is dead', async () => {
    const here = await lineOf({
      alice: { money },
      hub: { money, policy: { forward } },
      bob: { money: 0n, policy: { capacityMin: 50n } },
    })
    const refused = await here.open({ capacity: 40n })
    await here.world.scheduler.runFor(2_000)
    expect([0, 1].map((i) => viewOf(here, i, refused.virtualId)?.status)).toEqual(['declined', 'declined'])
    const opened = await here.open({ capacity: 60n })
    await here.admit(opened)
  })
})

describe('payments by ticks', () => {
  it('reveal a hash for each, and a new chain when one is used up', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open({ first: 10n, ticks: { value: 5n, count: 4 } })
    const admission = await here.admit(opened)
    await here.world.scheduler.runFor(100)
    const [payer] = here.parties
    const sent: string[] = []
    here.world.network.onFrame = (from, _, frame) => {
      const decoded = decodeFrame(frame)
      if (from === payer?.address && decoded.kind === 'volatile') sent.push(decoded.message.type)
    }
    for (const total of [15n, 20n, 30n, 35n, 42n]) {
      await here.world.finish(party(here, 0).pay(opened.virtualId, total))
      await here.world.finish(admission.waitFor(total, new AbortController().signal))
      await here.world.scheduler.runFor(100)
    }
    expect(sent).toEqual(['tick', 'tick', 'tick', 'voucher', 'voucher'])
    await here.world.finish(party(here, 0).pay(opened.virtualId, 47n))
    await here.world.finish(admission.waitFor(47n, new AbortController().signal))
    await here.world.finish(party(here, 0).closeVirtual(opened.virtualId))
    await closeAll(here)
    expect(here.money()).toEqual([953n, 1000n, 47n])
  })

  it('are redeemed on chain when nobody follows', async () => {
    const here = await lineOf(threeParties)
    const opened = await here.open({ first: 10n, ticks: { value: 5n, count: 4 } })
    const admission = await here.admit(opened)
    await here.world.finish(party(here, 0).pay(opened.virtualId, 25n))
    await here.world.finish(admission.waitFor(25n, new AbortController().signal))
    here.parties[1]?.kill()
    await here.world.finish(party(here, 2).closeChannel(here.channels[1] ?? '0x'))
    expect(here.money()[2]).toBe(25n)
  })
})
