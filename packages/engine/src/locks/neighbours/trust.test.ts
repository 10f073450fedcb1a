import type { Id } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { Notification } from '../../ports/views.ts'
import { HubScene } from '../../testing/hub-scene.ts'

/** At a hundredth of what its gas costs a call is worth making: what pays less than 600 is not worth enforcing. */
const GAS = { price: 1n, worthMin: 1 } as const

let scene: HubScene
let told: Notification[]

afterEach(() => scene.world.stop())

const createScene = async (trustedFolds: number, feeBase = 0n) => {
  scene = await HubScene.create({ worthMin: GAS.worthMin, trustedFolds, feeBase }, GAS.price)
  told = []
  scene.hub.engine.subscribe((notification) => told.push(notification))
  // Bad times are known once prices have been seen for a while.
  await scene.world.scheduler.runFor(60_000)
}

/** A virtual channel that can pay 1,000, locked on and countersigned. */
async function open(fee = 0n): Promise<Id> {
  const { payer, hub, payee, fromPayer } = scene
  const terms = scene.termsOf([payer.address, hub.address, payee.address], 1000n)
  const memo = { ...scene.memoOf(2), fees: [fee] }
  await payer.update(fromPayer, [
    { type: 'add', terms, memo },
    ...(fee > 0n ? [{ type: 'pay', amount: fee } as const] : []),
  ])
  await settle()
  return scene.idOf(terms)
}

/** The payee accepts and countersigns what is newest. */
const settle = async () => {
  await scene.accept()
  await scene.countersign()
}

async function claim(virtualId: Id, amount: bigint): Promise<void> {
  const { payee, payer, hub, world } = scene
  payee.send(hub.address, { type: 'claim', virtualId, voucher: payer.pay(virtualId, amount) })
  await world.scheduler.runFor(200)
}

const claimSettled = async (virtualId: Id, amount: bigint) => {
  await claim(virtualId, amount)
  await settle()
}

/** At what the hub folded, in order. */
const folded = () =>
  scene.folds().flatMap(({ operations }) => operations.flatMap((one) => (one.type === 'fold' ? [one.amount] : [])))
const waits = () => scene.world.scheduler.runFor((scene.hub.policy.followTimeout + 2) * 1000)
const codes = () => scene.declines().map(([, code]) => code)
const phaseOf = (id: Id) => scene.hub.engine.virtuals().find(({ virtualId }) => virtualId === id)?.status
const losses = () => told.filter(({ type }) => type === 'loss')

/** The neighbour folds nothing of a fold of 400, for so long that the hub leaves it. */
async function leave(): Promise<Id> {
  const virtualId = await open()
  await claimSettled(virtualId, 400n)
  await waits()
  return virtualId
}

describe('folds that are not worth a call', () => {
  it('wait for a claim that is, where nothing was earned', async () => {
    await createScene(0)
    const virtualId = await open()
    await claim(virtualId, 599n)
    expect(folded()).toEqual([])
    await claim(virtualId, 600n)
    expect(folded()).toEqual([600n])
  })

  it('are signed up to the fees of those that are trusted', async () => {
    await createScene(0, 300n)
    const [one, two] = [await open(300n), await open(300n)]
    await claimSettled(one, 301n)
    expect(folded()).toEqual([])
    await claimSettled(two, 300n)
    expect(folded()).toEqual([300n])
    expect(phaseOf(one)).toBe('closing')
  })

  it('are signed up to what the policy trusts a neighbour with, in all', async () => {
    await createScene(100)
    const [one, two, three] = [await open(), await open(), await open()]
    await claimSettled(one, 400n)
    await claimSettled(two, 201n)
    expect(folded()).toEqual([400n])
    await claimSettled(three, 200n)
    expect(folded()).toEqual([400n, 200n])
    await scene.fold(400n, one)
    await waits()
    expect(folded()).toEqual([400n, 200n, 201n])
  })
})

describe('what a neighbour does not follow and no call is worth', () => {
  it('is left: any fold is taken, the loss is told, and nothing more is taken on for that neighbour', async () => {
    await createScene(100)
    const virtualId = await leave()
    expect(scene.hub.engine.virtuals()).toMatchObject([{ status: 'closing' }])
    await scene.add(scene.termsOf(undefined, 1000n))
    expect(codes()).toEqual(['ADD_PEER_OWES'])
    expect(scene.refusedCode(await scene.fold(150n, virtualId))).toBeUndefined()
    expect(phaseOf(virtualId)).toBe('closed')
    expect(losses()).toEqual([{ type: 'loss', id: virtualId, call: 'fold', value: 250n }])
    await scene.add(scene.termsOf(undefined, 1000n))
    expect(codes()).toEqual(['ADD_PEER_OWES', 'ADD_PEER_OWES'])
  })

  it('is forgiven where it is folded in full after all', async () => {
    await createScene(100)
    const virtualId = await leave()
    await scene.fold(400n, virtualId)
    await open()
    expect(codes()).toEqual([])
    expect(losses()).toEqual([])
  })

  it('is folded at no less than the chain says, once it does', async () => {
    await createScene(100)
    const virtualId = await leave()
    const { world, payee, payer, hub } = scene
    const { terms } = hub.engine.virtuals().find((view) => view.virtualId === virtualId) ?? {}
    if (terms === undefined) throw new Error('the hub has it')
    world.chain.submit(payee.address, { type: 'redeem', terms, signed: payer.pay(virtualId, 250n) })
    await world.scheduler.runFor(2_000)
    expect(scene.refusedCode(await scene.fold(400n, virtualId))).toBe('FOLD_WHILE_CLOSING')
    await world.scheduler.runFor(14_000)
    expect(scene.refusedCode(await scene.fold(249n, virtualId))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await scene.fold(250n, virtualId))).toBeUndefined()
    // What its own call would have brought is lost once.
    expect(losses()).toMatchObject([{ call: 'redeem', value: 150n }])
    await scene.add(scene.termsOf(undefined, 1000n))
    expect(codes()).toEqual(['ADD_PEER_OWES'])
  })

  it('is asked of the chain by nobody, and ends with the channel that it came by', async () => {
    await createScene(100)
    const virtualId = await leave()
    const { world, hub, payer, fromPayer } = scene
    const { terms, channelId } = fromPayer
    await world.scheduler.runFor(60_000)
    expect(world.chain.ledger.virtuals.get(virtualId)).toBeUndefined()
    world.chain.submit(payer.address, { type: 'startClose', terms })
    await world.scheduler.runFor(30_000)
    const { lanes } = world.chain.ledger.channels.get(channelId) ?? {}
    if (lanes === undefined) throw new Error('its close began')
    world.chain.submit(payer.address, { type: 'settle', terms, locks: lanes })
    await world.scheduler.runFor(120_000)
    expect(hub.engine.virtuals()).toEqual([])
    expect(losses()).toContainEqual({ type: 'loss', id: virtualId, call: 'fold', value: 400n })
  })

  it('is still left after a restart', async () => {
    await createScene(100)
    const virtualId = await leave()
    await scene.fold(0n, virtualId)
    const { world, hub, payer } = scene
    hub.kill()
    await world.finish(hub.start())
    await payer.connect(hub)
    await scene.add(scene.termsOf(undefined, 1000n))
    expect(codes()).toEqual(['ADD_PEER_OWES'])
  })
})
