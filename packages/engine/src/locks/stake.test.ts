import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'

let scene: HubScene

beforeEach(async () => {
  scene = await HubScene.create()
})

afterEach(() => scene.world.stop())

/** The payee accepts and countersigns what is newest. */
const settle = async () => {
  await scene.accept()
  await scene.countersign()
}
const runFor = (seconds: number) => scene.world.scheduler.runFor(seconds * 1000)
/** Long enough for everything to have been asked of the chain that ever is, should nobody follow. */
const forLong = () => runFor(3 * scene.hub.policy.followTimeout + scene.hub.policy.countersignTimeout)
const viewOf = (channelId: string) => scene.hub.engine.channels().find((view) => view.channelId === channelId)

describe('a hub that has something to lose by the answer of the chain', () => {
  it('redeems what it folded, though its fold was refused', async () => {
    await scene.add()
    await settle()
    await scene.claim(100n)
    expect(scene.newest().operations).toMatchObject([{ type: 'fold', amount: 100n }])
    await scene.refuse('FOLD_TOO_LOW')
    await scene.redeem(scene.payer, 1n)
    await runFor(3)
    expect(scene.redeemed()).toBe(100n)
    await runFor(15)
    expect(scene.newest().operations).toMatchObject([{ type: 'fold', amount: 100n }])
    expect(scene.refusedCode(await scene.fold(99n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await scene.fold(100n))).toBeUndefined()
  })

  it('redeems nothing where the chain shows as much as it folded', async () => {
    await scene.add()
    await settle()
    await scene.claim(100n)
    await scene.redeem(scene.payee, 100n)
    await runFor(15)
    expect(scene.redeemed()).toBe(100n)
  })

  it('begins the window by itself when the payer does not follow, and gets what it paid', async () => {
    await scene.add()
    await settle()
    await scene.claim(100n)
    await settle()
    expect(scene.payer.heardOf('claim')).toHaveLength(1)
    await forLong()
    expect(scene.redeemed()).toBe(100n)
  })
})

describe('a hub that has nothing to lose by the answer of the chain', () => {
  const leavesTheChainAlone = async () => {
    await forLong()
    expect(scene.redeemed()).toBeUndefined()
    await scene.redeem(scene.payer, 300n)
    await runFor(15)
    expect(scene.redeemed()).toBe(300n)
  }

  it('begins no window for a lock that it never passed on', async () => {
    const { world, hub, toPayee } = scene
    hub.engine.closeChannel(toPayee.channelId, 'unilateral').catch(() => {})
    await world.scheduler.runFor(2_000)
    await scene.add()
    expect(scene.declines()).toMatchObject([[scene.virtualId, expect.any(String)]])
    await leavesTheChainAlone()
  })

  it('begins no window for a lock that its payee had folded at 0', async () => {
    await scene.add()
    await settle()
    await scene.decline()
    expect(scene.newest().operations).toMatchObject([{ type: 'fold', amount: 0n }])
    await settle()
    expect(scene.declines()).toEqual([[scene.virtualId, 'NO']])
    await leavesTheChainAlone()
  })

  it('redeems nothing that it holds a voucher for and never folded', async () => {
    await scene.add()
    await settle()
    // Its lane takes nothing more: the claim waits for its fold.
    for (let i = 0; i < 64; i++) await scene.add(scene.termsOf(undefined, 10n))
    await scene.claim(200n)
    expect(scene.newest().operations).toMatchObject([{ type: 'add' }])
    await scene.redeem(scene.payer, 1n)
    await runFor(5)
    expect(scene.redeemed()).toBe(1n)
  })

  it('redeems nothing that a payee shows it once the window runs', async () => {
    await scene.add()
    await settle()
    await scene.redeem(scene.payer, 1n)
    await scene.claim(200n)
    await runFor(5)
    expect(scene.redeemed()).toBe(1n)
    await runFor(15)
    expect(scene.newest().operations).toMatchObject([{ type: 'fold', amount: 1n }])
  })

  it('is done with a settled channel though a lock in it waits for a window that nobody begins', async () => {
    const { world, payer, fromPayer, toPayee } = scene
    await scene.add()
    await settle()
    await scene.decline()
    await settle()
    await world.scheduler.runUntil('the hub to countersign', () => payer.heardOf('countersign').length > 0, 60_000)
    world.chain.submit(payer.address, { type: 'startClose', terms: fromPayer.terms })
    await world.scheduler.runUntil(
      'the channel to be over',
      () => viewOf(fromPayer.channelId)?.status === 'closed',
      600_000,
    )
    const shown = world.chain.ledger.channels.get(fromPayer.channelId)?.lanes[fromPayer.lane]
    expect(shown).toMatchObject({ locked: 300n })
    expect(scene.redeemed()).toBeUndefined()
    expect(viewOf(toPayee.channelId)?.status).toBe('open')
  })
})

describe('an update with a lock that is not wanted beside one that is', () => {
  it('is accepted: the one is declined by its id, the other passed on', async () => {
    const { payer, fromPayer, terms, virtualId } = scene
    const other = scene.termsOf()
    const short = scene.memoOf(2).until.map((until) => until - 595n)
    const update = await payer.update(fromPayer, [
      { type: 'add', terms, memo: { ...scene.memoOf(2), until: short } },
      { type: 'add', terms: other, memo: scene.memoOf(2) },
    ])
    expect(scene.refusedCode(update)).toBeUndefined()
    expect(payer.heardOf('accepted').map(({ seq }) => seq)).toContain(update.voucher.seq)
    expect(scene.declines()).toEqual([[virtualId, 'ADD_LIFETIME']])
    expect(scene.newest().operations).toMatchObject([{ type: 'add', terms: other }])
    expect(scene.refusedCode(await scene.fold(0n))).toBeUndefined()
    expect(scene.statusOf()).toBe('declined')
    expect(scene.statusOf(scene.idOf(other))).toBe('open')
  })

  it('is refused whole where the fault is one of the lane', async () => {
    const { payer, fromPayer, terms } = scene
    const stray = scene.termsOf([payer.address, scene.payee.address])
    const update = await payer.update(fromPayer, [
      { type: 'add', terms, memo: scene.memoOf(2) },
      { type: 'add', terms: stray, memo: scene.memoOf(1) },
    ])
    expect(scene.refusedCode(update)).toBe('ADD_PATH_WRONG')
    expect(scene.payee.heardOf('update')).toEqual([])
  })
})

describe('a virtual channel that is over', () => {
  const isShown = () => scene.statusOf() !== undefined
  const isOnDisk = () => [...scene.hub.disk.snapshot().keys()].includes(`virtual/${scene.virtualId}`)

  it('leaves the records after a while, and its id stays used, also after a restart', async () => {
    const { hub, payer, world } = scene
    await scene.add()
    await settle()
    await scene.decline()
    await settle()
    await scene.fold(0n)
    expect(scene.statusOf()).toBe('declined')
    await runFor(hub.policy.closedKept - 2)
    expect([isShown(), isOnDisk()]).toEqual([true, true])
    await runFor(4)
    expect([isShown(), isOnDisk()]).toEqual([false, false])
    expect(scene.refusedCode(await scene.add())).toBe('ADD_ID_SEEN')
    await world.finish(hub.stop())
    await world.finish(hub.start())
    await payer.connect(hub)
    expect(scene.refusedCode(await scene.add())).toBe('ADD_ID_SEEN')
  })
})
