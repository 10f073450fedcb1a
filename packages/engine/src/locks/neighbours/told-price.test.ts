import { afterEach, beforeEach, expect, it } from 'vitest'
import { HubScene } from '../../testing/hub-scene.ts'

let scene: HubScene

beforeEach(async () => {
  scene = await HubScene.create({ feeHoldShare: 100, feePerHour: 3_600_000, standingHalfLife: 10 ** 9 })
})

afterEach(() => scene.world.stop())

const runFor = (seconds: number) => scene.world.scheduler.runFor(seconds * 1000)

/** How much of the time for which it can hold capital the hub asks the payer to pay for, per cent, by what it told it last. Standing fades a little all the time. */
const share = () => scene.payer.heardOf('_policy').at(-1)?.forwarding?.feeWindow ?? 0
const about = (percent: number) => expect.toSatisfy((told: number) => told >= percent && told <= percent + 1)

/** What a virtual channel of that capacity costs by the newest that was told, and a little. */
const LIFE = 590n
function feeOf(capacity: bigint): bigint {
  const { forwarding } = scene.payer.heardOf('_policy').at(-1) ?? {}
  if (forwarding === undefined) throw new RangeError('the hub forwards')
  const seconds = LIFE + BigInt(forwarding.feeHold) + (10n * BigInt(forwarding.feeWindow)) / 100n
  return (capacity * BigInt(forwarding.feePerHour) * seconds) / 3_600_000_000n + 1n
}

async function add(terms = scene.termsOf(undefined, 200n), fee = feeOf(200n)) {
  const memo = { ...scene.memoOf(2), fees: [fee] }
  await scene.payer.update(scene.fromPayer, [
    { type: 'add', terms, memo },
    { type: 'pay', amount: fee },
  ])
  return scene.idOf(terms)
}

/** The payee is paid nothing, and the payer folds so many seconds after it was asked to. */
async function paid(late = 0) {
  const virtualId = await add()
  await scene.accept()
  await scene.countersign()
  scene.payee.send(scene.hub.address, { type: 'claim', virtualId })
  await runFor(1)
  await scene.accept()
  await scene.countersign()
  await runFor(late)
  await scene.fold(0n, virtualId)
}

const followTimeout = () => scene.hub.policy.followTimeout

it('a peer that earns a lower price hears of it in the session, as of one that rises', async () => {
  expect(share()).toBe(100)
  await paid()
  expect(share()).toEqual(about(50))
  await paid()
  expect(share()).toEqual(about(34))
  await paid(followTimeout() + 1)
  expect(share()).toEqual(about(50))
  expect(scene.declines()).toEqual([])
})

it('what was signed by the price before is taken for a while, and then by the new one alone', async () => {
  await paid()
  const before = feeOf(200n)
  await paid(followTimeout() + 1)
  expect(feeOf(200n)).toBeGreaterThan(before)
  await add(undefined, before)
  expect(scene.declines()).toEqual([])
  await scene.accept()
  await scene.countersign()
  await runFor(60)
  const late = await add(undefined, before)
  expect(scene.declines()).toEqual([[late, 'FEE_LOW']])
  await add()
  expect(scene.declines().map(([, code]) => code)).toEqual(['FEE_LOW'])
})

it('a price that rises because a standing fades is told when the peer locks, and that lock is taken', async () => {
  await scene.world.stop()
  scene = await HubScene.create({ feeHoldShare: 100, feePerHour: 3_600_000, standingHalfLife: 100 })
  await paid()
  const cheap = share()
  await runFor(60)
  await add()
  expect(scene.declines()).toEqual([])
  expect(share()).toBeGreaterThan(cheap + 1)
})

/** The payee declines what was locked on, so many seconds after that. */
async function declined(late: number) {
  const virtualId = await add()
  await scene.accept()
  await scene.countersign()
  await runFor(late)
  scene.payee.send(scene.hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
  await runFor(1)
  await scene.accept()
  await scene.countersign()
  await scene.fold(0n, virtualId)
}

it('a decline that comes late counts against who had capital held for nothing, one at once for and against nobody', async () => {
  await paid()
  await declined(0)
  expect(share()).toEqual(about(50))
  await declined(60)
  expect(share()).toEqual(about(67))
  await paid()
  expect(share()).toEqual(about(50))
})

it('a lock that is refused late counts as one that is declined late', async () => {
  await paid()
  const virtualId = await add()
  await runFor(60)
  await scene.refuse('LANE_OVERSPENT')
  await scene.accept()
  await scene.countersign()
  expect(scene.declines()).toEqual([[virtualId, 'LANE_OVERSPENT']])
  await scene.fold(0n, virtualId)
  await paid()
  // By two in time and one late.
  expect(share()).toEqual(about(50))
})
