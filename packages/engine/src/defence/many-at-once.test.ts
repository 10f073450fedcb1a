import { expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'

const MANY = 30
const CAPACITY = 100n
const PAID = 10n

/** What the hub calls from now on, in order; for each call how many virtual channels or locks it is about. */
function callsOf({ world, hub }: HubScene): string[] {
  const calls: string[] = []
  world.chain.onMined = (sender, call, success) => {
    if (sender !== hub.address) return
    const count = 'items' in call ? ` ${call.items.length}` : ''
    const slots = 'subtree' in call ? ` ${call.subtree.slots.filter(({ amount }) => amount > 0n).length}` : ''
    calls.push(`${call.type}${count}${slots}${success ? '' : ' reverted'}`)
  }
  return calls
}

it('what a hub does on chain for many virtual channels takes one call for each step', async () => {
  const scene = await HubScene.create()
  const { world, hub, payer, payee, fromPayer } = scene
  const path = [payer.address, hub.address, payee.address]
  const all = Array.from({ length: MANY }, () => scene.termsOf(path, CAPACITY))
  await payer.update(
    fromPayer,
    all.map((terms) => ({ type: 'add', terms, memo: scene.memoOf(2) })),
  )
  await scene.accept()
  await scene.countersign()
  for (const terms of all) {
    const virtualId = scene.idOf(terms)
    payee.send(hub.address, { type: 'claim', virtualId, voucher: payer.pay(virtualId, PAID) })
  }
  await world.scheduler.runFor(1_000)
  for (const { voucher } of payee.heardOf('update').map(({ update }) => update)) {
    const { channelId, lane, seq } = voucher
    payee.send(hub.address, { type: 'accepted', channelId, lane, seq })
  }
  await scene.countersign()
  const calls = callsOf(scene)
  const before = hub.money
  const isOver = () =>
    hub.engine.channels().find(({ channelId }) => channelId === fromPayer.channelId)?.status === 'closed'
  // The payer follows no claim, and does not fold when the chain has decided either.
  await world.scheduler.runUntil('the hub to have its money by the chain', isOver, 600_000)
  expect(calls).toEqual([
    `closeVirtuals ${MANY}`,
    `redeemGroup ${MANY}`,
    'startClose',
    'settle',
    expect.stringMatching(/^unlockSubtree/),
  ])
  expect(hub.money - before).toBe(BigInt(MANY) * PAID)
  await world.stop()
})
