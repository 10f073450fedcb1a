import type { LaneUpdate } from '@sluice/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HubScene } from '../../testing/hub-scene.ts'

let scene: HubScene

beforeEach(async () => {
  scene = await HubScene.create()
  await scene.add()
  await scene.accept()
  await scene.countersign()
})
afterEach(() => scene.world.stop())

/** The payee closes its channel, in which only the hub paid, by an update of the hub's, and no call of the hub reaches the chain. */
async function close(shown?: LaneUpdate): Promise<void> {
  const { world, payee, toPayee } = scene
  const { chain } = world
  const request = scene.closeRequest(payee, toPayee.channelId)
  const voucher = shown && {
    voucher: shown.voucher,
    payerSignature: shown.signature,
    receiverSignature: payee.signer.sign(chain.digests.laneVoucher(shown.voucher)),
  }
  chain.submit(payee.address, { type: 'startClose', terms: toPayee.terms, request, ...(voucher && { voucher }) })
  chain.lossRate = 1
  await world.scheduler.runFor((toPayee.terms.disputeWindow + 10) * 1000)
}

it('what the other side did not show of what it was paid is no loss of who paid it', async () => {
  await close()
  expect(scene.hub.engine.defence().lost).toEqual({ count: 0, value: 0n })
})

it('what an older state holds in locks beyond the newest is', async () => {
  const older = scene.newest()
  await scene.decline()
  await scene.accept()
  await scene.countersign()
  await close(older)
  expect(scene.hub.engine.defence().lost).toEqual({ count: 1, value: scene.terms.capacity })
})
