import { type Id, PROLONGING } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { Engine, VirtualView } from '../../api/engine.ts'
import { HubScene } from '../../testing/hub-scene.ts'
import { createLine, type Line, type LineOptions } from '../../testing/line.ts'
import type { PartyOptions } from '../../testing/world.ts'

const money = 1000n
/** One base unit for each unit of capacity and hour. */
const hub: PartyOptions = { money, policy: { forward: true, feePerHour: 1_000_000, feeHoldShare: 0 } }
const payer: PartyOptions = { money, policy: { feeMax: 10_000_000 } }

let line: Line
let scene: HubScene | undefined

afterEach(async () => {
  await scene?.world.stop()
  scene = undefined
  await line?.world.stop()
})

const engineOf = (index: number): Engine => line.parties[index]?.engine ?? expect.fail(`no party ${index}`)
const viewOf = (index: number, id: Id): VirtualView | undefined =>
  engineOf(index)
    .virtuals()
    .find(({ virtualId }) => virtualId === id)
const untils = (id: Id) => line.parties.map((_, i) => viewOf(i, id)?.until)
const runFor = (seconds: number) => line.world.scheduler.runFor(seconds * 1000)
const prolong = (virtualId: Id, until: bigint, fees?: readonly bigint[]) =>
  line.world.finish(engineOf(0).prolong(virtualId, { until, ...(fees && { fees }) }))

/** Opens one that lives for a minute at its payee; each of two hubs gets 100 for it. */
async function openShort(parties: LineOptions['parties'] = { alice: payer, first: hub, second: hub, bob: {} }) {
  line = await createLine({ seed: 11, parties })
  const fees = Object.keys(parties).slice(1, -1)
  const opened = await line.open({ capacity: 60n, lifetime: 60, fees: fees.map(() => 100n) })
  const admission = await line.admit(opened)
  await runFor(3)
  const end = viewOf(line.parties.length - 1, opened.virtualId)?.until ?? 0n
  return { virtualId: opened.virtualId, end, admission }
}

describe('prolonging', () => {
  it('lets every hop live longer by as much, and each hub is paid for the time alone', async () => {
    const { virtualId, end, admission } = await openShort()
    const before = untils(virtualId)
    const asked = await prolong(virtualId, end + 120n, [2n, 3n])
    expect(asked).toEqual({ virtualId, until: end + 120n, fees: 5n })
    await runFor(3)
    expect(untils(virtualId)).toEqual(before.map((until) => (until ?? 0n) + 120n))
    await runFor(90)
    await line.world.finish(engineOf(0).pay(virtualId, 50n))
    await line.world.finish(admission.waitFor(50n, new AbortController().signal))
    await line.world.finish(engineOf(0).closeVirtual(virtualId))
    for (const [i, channelId] of line.channels.entries()) {
      await line.world.finish(engineOf(i).closeChannel(channelId, 'cooperative'))
    }
    expect(line.parties.slice(0, 3).map(({ money: now }) => now)).toEqual([745n, 1102n, 1103n])
  })

  it('closes by itself at the later time', async () => {
    const { virtualId, end } = await openShort()
    await prolong(virtualId, end + 60n, [1n, 1n])
    await runFor(70)
    expect([0, 1, 2, 3].map((i) => viewOf(i, virtualId)?.status)).toEqual(['open', 'open', 'open', 'open'])
    await runFor(60)
    expect([0, 3].map((i) => viewOf(i, virtualId)?.status)).toEqual(['closed', 'closed'])
  })

  it('goes on after another, over one channel and over a hub whose price is known', async () => {
    const { virtualId, end } = await openShort({ alice: payer, hub, bob: {} })
    await prolong(virtualId, end + 60n)
    const again = await prolong(virtualId, end + 240n)
    // 60 of capacity for three minutes, by the hour and unit.
    expect(again.fees).toBe(3n)
    await runFor(3)
    expect(viewOf(2, virtualId)?.until).toBe(end + 240n)
    await line.world.stop()
    const direct = await openShort({ alice: payer, bob: {} })
    await prolong(direct.virtualId, direct.end + 60n)
    await runFor(1)
    expect(viewOf(1, direct.virtualId)?.until).toBe(direct.end + 60n)
  })

  it('outlasts a restart', async () => {
    const { virtualId, end } = await openShort()
    await prolong(virtualId, end + 60n, [1n, 1n])
    await runFor(3)
    const [, first] = line.parties
    first?.kill()
    await line.world.finish(first?.start() ?? expect.fail('there is a hub'))
    expect(viewOf(1, virtualId)?.until).toBe(end + 60n + 10n)
  })

  it.each<[string, (end: bigint) => Parameters<Engine['prolong']>[1], string]>([
    ['to a time that is not later', (until) => ({ until }), 'PROLONG_NOT_LATER'],
    ['for longer than it would take any', (end) => ({ until: end + 10n ** 6n, fees: [0n, 0n] }), 'ADD_LIFETIME'],
    ['for more than it would pay', (end) => ({ until: end + 60n, fees: [4n, 3n], feesMax: 6n }), 'FEES_TOO_HIGH'],
    ['for fees of another path', (end) => ({ until: end + 60n, fees: [4n] }), 'ADD_MEMO_LENGTH'],
    ['for money that it has not', (end) => ({ until: end + 60n, fees: [400n, 0n] }), 'LANE_OVERSPENT'],
    ['without knowing what a hub asks', (end) => ({ until: end + 60n }), 'FEES_UNKNOWN'],
  ])('is not asked for by a payer %s', async (_, optionsOf, code) => {
    const { virtualId, end } = await openShort()
    const before = viewOf(0, virtualId)
    await expect(line.world.finish(engineOf(0).prolong(virtualId, optionsOf(end)))).rejects.toMatchObject({ code })
    expect(viewOf(0, virtualId)).toEqual(before)
  })

  it('is not asked for by a payee, nor once it closes, nor of a neighbour that does not understand it', async () => {
    const { virtualId, end } = await openShort()
    const fails = (index: number) =>
      line.world.finish(engineOf(index).prolong(virtualId, { until: end + 60n, fees: [1n, 1n] }))
    await expect(fails(3)).rejects.toMatchObject({ code: 'VIRTUAL_UNKNOWN' })
    const [, first] = line.parties
    first?.kill()
    await runFor(3)
    await expect(fails(0)).rejects.toMatchObject({ code: 'PROLONG_UNSUPPORTED' })
    if (first !== undefined) first.features = { known: [], required: [] }
    await line.world.finish(first?.start() ?? expect.fail('there is a hub'))
    await runFor(10)
    await expect(fails(0)).rejects.toMatchObject({ code: 'PROLONG_UNSUPPORTED' })
    engineOf(0)
      .closeVirtual(virtualId)
      .catch(() => {})
    await runFor(1)
    await expect(fails(0)).rejects.toMatchObject({ code: expect.stringMatching(/VIRTUAL_(CLOSED|UNKNOWN)/) })
  })
})

describe('what cannot be granted', () => {
  it('is declined by the hub at once: what stood before stands, and all that was paid comes back', async () => {
    const { virtualId, end } = await openShort()
    const before = untils(virtualId)
    await prolong(virtualId, end + 3600n, [59n, 60n])
    await runFor(3)
    expect(untils(virtualId)).toEqual(before)
    expect(engineOf(0).channels()[0]?.paid).toMatchObject({ received: 119n })
  })

  it('is declined by a hub further on, through those before it', async () => {
    const { virtualId, end } = await openShort()
    const before = untils(virtualId)
    await prolong(virtualId, end + 3600n, [60n, 59n])
    await runFor(3)
    expect(untils(virtualId)).toEqual(before)
    expect(engineOf(0).channels()[0]?.paid).toMatchObject({ received: 119n })
    const [incoming, outgoing] = engineOf(1).channels()
    expect([incoming?.paid.sent, outgoing?.paid.received]).toEqual([119n, 59n])
  })

  it('is declined by a payee that lets none live for so long', async () => {
    const { virtualId, end } = await openShort({
      alice: payer,
      first: hub,
      second: hub,
      bob: { policy: { lifetimeMax: 100 } },
    })
    const before = untils(virtualId)
    await prolong(virtualId, end + 120n, [2n, 2n])
    await runFor(3)
    expect(untils(virtualId)).toEqual(before)
    expect(engineOf(0).channels()[0]?.paid).toMatchObject({ received: 4n })
    await prolong(virtualId, end + 20n, [1n, 1n])
    await runFor(3)
    expect(viewOf(3, virtualId)?.until).toBe(end + 20n)
  })
})

describe('a hub that hostile neighbours ask', () => {
  const createScene = async () => {
    scene = await HubScene.create({ feePerHour: 1_000_000, feeHoldShare: 0 })
    const here = scene
    const { payer: from, payee: to, hub: middle, fromPayer } = here
    const memo = { ...here.memoOf(2), fees: [300n] }
    await from.update(fromPayer, [
      { type: 'add', terms: here.terms, memo },
      { type: 'pay', amount: 300n },
    ])
    await here.accept()
    await here.countersign()
    const end = memo.until[0] ?? 0n
    const ask = async (until: bigint, fees: readonly bigint[], by = from) => {
      by.send(middle.address, { type: 'prolong', virtualId: here.virtualId, until, fees })
      await here.world.scheduler.runFor(500)
    }
    const told = () => from.heardOf('prolongDecline').map(({ code, returned }) => [code, returned])
    return { here, from, to, middle, end, ask, told }
  }
  const view = () => scene?.hub.engine.virtuals()[0]

  it('takes nothing that was not paid for before', async () => {
    const { ask, told, end, from, to, here } = await createScene()
    await ask(end + 60n, [5n])
    await from.update(here.fromPayer, [{ type: 'pay', amount: 4n }])
    await ask(end + 60n, [5n])
    await ask(end + 60n, [4n])
    expect(told()).toEqual([
      ['FEE_LOW', 0n],
      ['FEE_LOW', 0n],
      ['FEE_LOW', 4n],
    ])
    expect(view()?.until).toBe(end)
    expect(to.heardOf('prolong')).toEqual([])
  })

  it('asks the next member for what was paid, once for each payment', async () => {
    const { ask, told, end, from, to, here } = await createScene()
    await from.update(here.fromPayer, [{ type: 'pay', amount: 5n }])
    await ask(end + 60n, [5n])
    expect(view()?.until).toBe(end + 60n)
    expect(to.heardOf('prolong')).toMatchObject([{ until: end + 50n, fees: [] }])
    await ask(end + 60n, [5n])
    await ask(end + 120n, [5n])
    expect(told()).toEqual([
      ['PROLONG_NOT_LATER', 0n],
      ['FEE_LOW', 0n],
    ])
  })

  it('gives its own part back where the next member declines at once, and keeps it later; each once', async () => {
    const { ask, told, end, from, to, middle, here } = await createScene()
    const declines = async (until: bigint) => {
      to.send(middle.address, { type: 'prolongDecline', virtualId: here.virtualId, until, code: 'NO', returned: 99n })
      await here.world.scheduler.runFor(500)
    }
    await from.update(here.fromPayer, [{ type: 'pay', amount: 10n }])
    await ask(end + 60n, [5n])
    await declines(end + 50n)
    await declines(end + 50n)
    expect(told()).toEqual([['NO', 5n]])
    expect(view()?.until).toBe(end)
    await ask(end + 60n, [5n])
    await here.world.scheduler.runFor(30_000)
    await declines(end + 51n)
    expect(view()?.until).toBe(end + 60n)
    await declines(end + 50n)
    expect(told()).toEqual([
      ['NO', 5n],
      ['NO', 0n],
    ])
    expect(view()?.until).toBe(end)
  })

  it('declines where the next member does not understand it, or V closes', async () => {
    const { ask, told, end, from, to, middle, here } = await createScene()
    await from.update(here.fromPayer, [{ type: 'pay', amount: 5n }])
    to.features = []
    await to.connect(middle)
    await ask(end + 60n, [5n])
    await from.update(here.fromPayer, [{ type: 'pay', amount: 5n }])
    to.features = [PROLONGING.number + 1]
    await to.connect(middle)
    from.send(middle.address, { type: 'requestClose', virtualId: here.virtualId })
    await ask(end + 60n, [5n])
    expect(told()).toEqual([
      ['PROLONG_UNSUPPORTED', 5n],
      ['VIRTUAL_CLOSED', 5n],
    ])
  })

  it('hears only the neighbour towards the payer', async () => {
    const { ask, end, to, from } = await createScene()
    await ask(end + 60n, [], to)
    expect(view()?.until).toBe(end)
    expect([...to.heardOf('prolongDecline'), ...from.heardOf('prolongDecline')]).toEqual([])
  })
})
