import type { Operation } from '@sluice/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HubScene } from '../../testing/hub-scene.ts'

let scene: HubScene

beforeEach(async () => {
  scene = await HubScene.create()
})

afterEach(() => scene.world.stop())

const FEE = 3n

/** Adds of little ones that the hub cannot lock on, with their fees. */
function unwanted(count: number): Operation[] {
  const path = [scene.payer.address, scene.hub.address, scene.world.signerOf(999).address]
  return Array.from({ length: count }).flatMap((): Operation[] => [
    { type: 'add', terms: scene.termsOf(path, 1n), memo: { ...scene.memoOf(2), fees: [FEE] } },
    { type: 'pay', amount: FEE },
  ])
}

const returned = () => scene.payer.heardOf('decline').map((decline) => decline.returned)

function accept(): void {
  const voucher = scene.payer.heardOf('update').at(-1)?.update.voucher
  if (voucher === undefined) throw new RangeError('the hub paid nothing back')
  const { channelId, lane, seq } = voucher
  scene.payer.send(scene.hub.address, { type: 'accepted', channelId, lane, seq })
}

it('fees of many declines at once come back in one update, before the declines that name them', async () => {
  await scene.payer.update(scene.fromPayer, unwanted(128))
  await scene.world.scheduler.runFor(1_000)
  expect(returned()).toEqual(Array.from({ length: 128 }, () => FEE))
  const updates = scene.payer.heardOf('update')
  expect(updates.map(({ update }) => update.operations)).toEqual([[{ type: 'pay', amount: 128n * FEE }]])
  const order = scene.payer.heard.map(({ type }) => type)
  expect(order.indexOf('update')).toBeLessThan(order.indexOf('decline'))
})

it('a decline waits while the lane takes nothing to pay its fees back by', async () => {
  for (let i = 0; i < 70; i++) await scene.payer.update(scene.fromPayer, unwanted(1))
  await scene.world.scheduler.runFor(60_000)
  expect(returned()).toHaveLength(64)
  accept()
  await scene.world.scheduler.runFor(1_000)
  expect(returned()).toEqual(Array.from({ length: 70 }, () => FEE))
})

it('a decline that returns nothing waits for no lane', async () => {
  for (let i = 0; i < 70; i++) await scene.payer.update(scene.fromPayer, unwanted(1))
  const [add] = unwanted(1)
  if (add?.type !== 'add') throw new RangeError('it is an add')
  await scene.payer.update(scene.fromPayer, [{ ...add, memo: { ...add.memo, fees: [0n] } }])
  expect(returned().filter((amount) => amount === 0n)).toHaveLength(1)
})
