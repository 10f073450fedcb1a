import { type PeerMessage, ZERO_HASH } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'

const idle: PeerMessage = { type: 'agree', channelId: ZERO_HASH }

it('of a peer that says more than may wait for a full disk nothing is lost, and the rest comes again once there is space', async () => {
  const scene = await HubScene.create()
  const { hub, payer, payee, world } = scene
  const ofPayer = () => hub.engine.virtuals().map(({ status }) => status)
  hub.disk.fate = () => 'fullForNow'
  for (let i = 0; i < 10_050; i++) payer.send(hub.address, idle)
  const terms = scene.termsOf([payer.address, hub.address])
  const adding = scene.add(terms)
  await world.scheduler.runFor(30_000)
  await adding
  expect(payer.isConnected(hub)).toBe(false)
  // Nobody gets a session whose events would only pile up.
  await payee.connect(hub)
  await world.scheduler.runFor(100)
  expect(payee.isConnected(hub)).toBe(false)
  expect(world.log.filter(({ event }) => event === 'message refused')).toEqual([])
  hub.disk.fate = () => 'done'
  await world.scheduler.runFor(10_000)
  expect(world.log.map(({ event }) => event)).toContain('store is back')
  expect(ofPayer()).toEqual([])
  await payer.connect(hub)
  await world.scheduler.runFor(1_000)
  expect(payer.isConnected(hub)).toBe(true)
  expect(ofPayer()).toEqual(['open'])
  expect(world.log.filter(({ event }) => event === 'event failed')).toEqual([])
  await world.stop()
})
