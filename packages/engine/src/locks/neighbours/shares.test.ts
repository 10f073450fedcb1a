import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, expect, it } from 'vitest'
import { HubScene } from '../../testing/hub-scene.ts'
import { Puppet } from '../../testing/puppet.ts'
import { createWorld } from '../../testing/world.ts'
import { holdShare, scheduleFor } from './price.ts'
import { faded } from './standing.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function sceneOf(policy: Parameters<typeof HubScene.create>[0]): Promise<HubScene> {
  const scene = await HubScene.create(policy)
  stops.push(() => scene.world.stop())
  return scene
}

const FEE = 50n

/** The payer locks with a fee, and the payee takes it. */
async function addWithFee(scene: HubScene): Promise<void> {
  const memo = { ...scene.memoOf(2), fees: [FEE] }
  await scene.payer.update(scene.fromPayer, [
    { type: 'add', terms: scene.terms, memo },
    { type: 'pay', amount: FEE },
  ])
  await scene.accept()
  await scene.countersign()
}

async function declined(scene: HubScene): Promise<bigint | undefined> {
  await scene.decline()
  await scene.accept()
  await scene.countersign()
  return scene.payer.heardOf('decline')[0]?.returned
}

it('a decline at once costs the base alone, and the rest comes back', async () => {
  const scene = await sceneOf({ feeBase: 10n, feePartsPerMillion: 100_000 })
  await addWithFee(scene)
  expect(await declined(scene)).toBe(FEE - 10n)
})

it('a decline that comes late costs all that was to be paid for the time', async () => {
  const scene = await sceneOf({ feeBase: 10n, feePartsPerMillion: 100_000 })
  await addWithFee(scene)
  await scene.world.scheduler.runFor(300_000)
  expect(await declined(scene)).toBe(0n)
})

it('who is declined by the hub itself gets all back', async () => {
  const scene = await sceneOf({ feeBase: 1000n })
  const memo = { ...scene.memoOf(2), fees: [FEE] }
  await scene.payer.update(scene.fromPayer, [
    { type: 'add', terms: scene.terms, memo },
    { type: 'pay', amount: FEE },
  ])
  expect(scene.payer.heardOf('decline')).toMatchObject([{ code: 'FEE_LOW', returned: FEE }])
})

it('one peer fills no lane: others find room beside it', async () => {
  const scene = await sceneOf({ locksMax: 100, strangerSlots: 90 })
  const { world, hub, payer, payee } = scene
  const adds = (count: number) =>
    Array.from({ length: count }, () => {
      const terms = scene.termsOf([payer.address, hub.address, payee.address], 1n)
      return { type: 'add', terms, memo: scene.memoOf(2) } as const
    })
  await payer.update(scene.fromPayer, adds(100))
  expect(payer.heardOf('decline').map(({ code }) => code)).toEqual(Array(10).fill('FORWARD_SHARE'))
  const honest = new Puppet(world, 'honest', world.signerOf(301))
  await honest.start()
  await honest.connect(hub)
  const channel = await honest.open(hub, 500n)
  const terms = scene.termsOf([honest.address, hub.address, payee.address])
  await honest.update(channel, [{ type: 'add', terms, memo: scene.memoOf(2) }])
  expect(honest.heardOf('decline')).toEqual([])
  expect(scene.newest().operations).toMatchObject([{ type: 'add', terms }])
})

it('many new peers together leave what is for those that are known, and each its part of the capacity', async () => {
  const scene = await sceneOf({ locksMax: 100, strangersShare: 30, strangerSlots: 10, strangerCapacity: 10 })
  const { world, hub, payee } = scene
  const codes: string[] = []
  for (let key = 0; key < 5; key++) {
    const thief = new Puppet(world, `thief ${key}`, world.signerOf(400 + key))
    await thief.start()
    await thief.connect(hub)
    const channel = await thief.open(hub, 2000n)
    const add = (capacity: bigint) => {
      const terms = scene.termsOf([thief.address, hub.address, payee.address], capacity)
      return { type: 'add', terms, memo: scene.memoOf(2) } as const
    }
    if (key === 0) await thief.update(channel, [add(501n)])
    await thief.update(
      channel,
      Array.from({ length: 20 }, () => add(1n)),
    )
    if (payee.heardOf('update').length > 0) {
      await scene.accept()
      await scene.countersign()
    }
    codes.push(...thief.heardOf('decline').map(({ code }) => code))
  }
  expect(new Set(codes)).toEqual(new Set(['FORWARD_SHARE']))
  expect(codes).toHaveLength(1 + 5 * 20 - 30)
})

/** A payer, a hub and a payee with channels in each token, and what buys something of a capacity over them. */
async function shopOf(...tokens: readonly Address[]) {
  const known = tokens.map((token) => ({ token, capacityMin: 1n }))
  const policy = { tokens: known, strangerCapacity: 10, feeBase: 1n, feeLeverage: 100 }
  const world = createWorld({
    seed: 4,
    parties: {
      payer: { money: 50_000n },
      hub: { money: 50_000n, policy: { ...policy, forward: true } },
      payee: { money: 0n, policy: { tokens: known } },
    },
  })
  await world.start()
  stops.push(() => world.stop())
  const [payer, hub, payee] = [world.party('payer'), world.party('hub'), world.party('payee')]
  for (const token of tokens) {
    for (const { address } of [payer, hub]) world.chain.mint(token, address, 50_000n)
    const open = { token, deposit: 10_000n }
    await world.finish(payer.engine.openChannel({ ...open, peer: hub.address, url: hub.url }))
    await world.finish(hub.engine.openChannel({ ...open, peer: payee.address, url: payee.url }))
  }
  return async (capacity: bigint, token: Address = NATIVE_TOKEN) => {
    const path = { payee: payee.address, payeeUrl: payee.url, hubs: [hub.address], token, fees: [10n] }
    const { virtualId } = await world.finish(payer.engine.openVirtual({ ...path, capacity, first: 1n }))
    await world.scheduler.runFor(2_000)
    await world.finish(payer.engine.closeVirtual(virtualId))
    return payer.engine.virtuals().find((view) => view.virtualId === virtualId)?.status
  }
}

it('what a peer folded in time lets it hold more, and costs it less', async () => {
  const buy = await shopOf(NATIVE_TOKEN)
  expect(await buy(1_100n)).toBe('declined')
  expect(await buy(900n)).toBe('closed')
  expect(await buy(1_900n)).toBe('closed')
})

it('what a peer paid in one token lets it hold no more of another', async () => {
  const coin: Address = `0x${'70'.repeat(20)}`
  const buy = await shopOf(NATIVE_TOKEN, coin)
  expect(await buy(900n, coin)).toBe('closed')
  expect(await buy(1_100n)).toBe('declined')
  expect(await buy(1_800n, coin)).toBe('closed')
})

it('standing fades by half in each half-life', () => {
  const standing = {
    channelId: `0x${'11'.repeat(32)}`,
    earned: 800n,
    inTime: 8_000n,
    late: 0n,
    left: 0n,
    at: 100n,
  } as const
  expect(faded(standing, 100n, 60)).toEqual(standing)
  expect(faded(standing, 130n, 60)).toMatchObject({ earned: 600n, at: 130n })
  expect(faded(standing, 160n, 60)).toMatchObject({ earned: 400n, inTime: 4_000n })
  expect(faded(standing, 280n, 60)).toMatchObject({ earned: 100n })
  expect(faded(standing, 10n ** 9n, 60)).toMatchObject({ earned: 0n })
})

it('asks new peers for all the time for which they can hold capital, and others by how they folded', () => {
  const policy = { feeHoldShare: 100 }
  expect(holdShare({ inTime: 0, late: 0 }, policy)).toBe(100)
  expect(holdShare({ inTime: 4, late: 0 }, policy)).toBe(20)
  expect(holdShare({ inTime: 1000, late: 0 }, policy)).toBe(10)
  expect(holdShare({ inTime: 4, late: 5 }, policy)).toBe(60)
  expect(holdShare({ inTime: 0, late: 0 }, { feeHoldShare: 0 })).toBe(0)
})

it('a hub of the default profile asks something for everything', async () => {
  const { createPolicy } = await import('../../policy/policy.ts')
  for (const profile of ['default', 'filecoin'] as const) {
    const { feeBase, feePartsPerMillion, feePerHour, feeHold, feeWindow } = scheduleFor(createPolicy(profile))
    expect(Math.min(Number(feeBase), feePartsPerMillion, feePerHour, feeHold, feeWindow)).toBeGreaterThan(0)
  }
})

it('a payer that names no fee pays its hub what that asks it for', async () => {
  const asking = { forward: true, feeBase: 3n, feePartsPerMillion: 1_000, feePerHour: 2_000, feeHoldShare: 100 }
  const world = createWorld({
    seed: 9,
    parties: {
      payer: { money: 50_000n, policy: { feeMax: 100_000 } },
      hub: { money: 50_000n, policy: asking },
      payee: { money: 0n },
    },
  })
  await world.start()
  stops.push(() => world.stop())
  const [payer, hub, payee] = [world.party('payer'), world.party('hub'), world.party('payee')]
  const open = { token: NATIVE_TOKEN, deposit: 10_000n }
  await world.finish(payer.engine.openChannel({ ...open, peer: hub.address, url: hub.url }))
  await world.finish(hub.engine.openChannel({ ...open, peer: payee.address, url: payee.url }))
  const path = { payee: payee.address, hubs: [hub.address], token: NATIVE_TOKEN, capacity: 1_000n, first: 1n }
  const { fees, virtualId } = await world.finish(payer.engine.openVirtual({ ...path, payeeUrl: payee.url }))
  expect(fees).toBeGreaterThan(4n)
  await world.scheduler.runFor(2_000)
  expect(payer.engine.virtuals().find((view) => view.virtualId === virtualId)?.status).toBe('open')
  expect(payee.engine.virtuals()).toMatchObject([{ amount: 1n }])
})

it('a payer that names no fees over two hubs is told which one it has to ask, unless that one told it', async () => {
  const world = createWorld({
    seed: 10,
    parties: {
      payer: { money: 50_000n, policy: { feeMax: 100_000 } },
      hub: { money: 50_000n, policy: { forward: true } },
      far: { money: 50_000n, policy: { forward: true, feeBase: 7n } },
    },
  })
  await world.start()
  stops.push(() => world.stop())
  const [payer, hub, far] = [world.party('payer'), world.party('hub'), world.party('far')]
  const token = NATIVE_TOKEN
  await world.finish(payer.engine.openChannel({ peer: hub.address, url: hub.url, token, deposit: 10_000n }))
  const hubs = [hub.address, far.address]
  const path = { payee: world.signerOf(9).address, hubs, token, capacity: 1_000n, first: 0n }
  await expect(world.finish(payer.engine.openVirtual(path))).rejects.toMatchObject({
    code: 'FEES_UNKNOWN',
    details: { hub: far.address },
  })
  const named = payer.engine.openVirtual({ ...path, fees: [0n, 7n] })
  await expect(world.finish(named)).resolves.toMatchObject({ fees: 7n })
  await world.finish(payer.engine.connect(far.address, far.url))
  await world.scheduler.runFor(100)
  await expect(world.finish(payer.engine.openVirtual(path))).resolves.toMatchObject({ fees: 7n })
})

it('a payer pays a fee that is not worth a thought, however little the virtual channel can pay', async () => {
  const world = createWorld({
    seed: 8,
    parties: { payer: { money: 5_000n }, hub: { money: 0n, policy: { forward: true } } },
  })
  await world.start()
  stops.push(() => world.stop())
  const [payer, hub] = [world.party('payer'), world.party('hub')]
  const token = NATIVE_TOKEN
  await world.finish(payer.engine.openChannel({ peer: hub.address, url: hub.url, token, deposit: 1_000n }))
  const path = { payee: world.signerOf(9).address, hubs: [hub.address], token, capacity: 3n, first: 0n }
  const max = payer.policy.feeMaxAmount
  await expect(world.finish(payer.engine.openVirtual({ ...path, fees: [1n] }))).resolves.toMatchObject({ fees: 1n })
  const tooHigh = payer.engine.openVirtual({ ...path, fees: [max + 1n] })
  await expect(world.finish(tooHigh)).rejects.toMatchObject({ code: 'FEES_TOO_HIGH' })
})
