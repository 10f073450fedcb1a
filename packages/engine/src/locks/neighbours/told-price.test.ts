import { afterEach, beforeEach, expect, it } from 'vitest'
import { HubScene } from '../../testing/hub-scene.ts'

let scene: HubScene

beforeEach(async () => {
  scene = await HubScene.create({ feeHoldShare: 100, feePerHour: 3_600_000 })
})

afterEach(() => scene.world.stop())

const runFor = (seconds: number) => scene.world.scheduler.runFor(seconds * 1000)

/** What the hub told the payer that it asks for. */
const told = () => scene.payer.heardOf('_policy').map(({ forwarding }) => forwarding?.feeWindow)

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
  expect(told()).toEqual([100])
  await paid()
  expect(told()).toEqual([100, 50])
  await paid()
  expect(told()).toEqual([100, 50, 34])
  await paid(followTimeout() + 1)
  expect(told()).toEqual([100, 50, 34, expect.any(Number)])
  expect(told().at(-1)).toBeGreaterThanOrEqual(50)
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
  const [, cheap] = told()
  await runFor(60)
  await add()
  expect(scene.declines()).toEqual([])
  expect(told().at(-1)).toBeGreaterThan(cheap ?? 100)
})
