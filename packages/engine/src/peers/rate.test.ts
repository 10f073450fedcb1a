import { decodeFrame, type PeerMessage } from '@sluice/protocol'
import { futureFrame } from '@sluice/protocol/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'
import { Puppet } from '../testing/puppet.ts'

let scene: HubScene
/** The highest number that the hub has acknowledged to the payer. */
let acknowledged = 0n

/** Costs a fifth of a signature, and does nothing. */
const idle: PeerMessage = { type: 'agree', channelId: `0x${'22'.repeat(32)}` }

beforeEach(async () => {
  scene = await HubScene.create({ sessionRate: 10, sessionBurst: 20 })
  // The session in which the channel was opened was a stranger's.
  await scene.payer.connect(scene.hub)
  await scene.world.scheduler.runFor(10_000)
  acknowledged = 0n
  scene.world.network.onFrame = (from, to, bytes) => {
    if (from !== scene.hub.address || to !== scene.payer.address) return
    const frame = decodeFrame(bytes)
    if (frame.kind === 'ack') acknowledged = frame.number
  }
})

afterEach(() => scene.world.stop())

function say(count: number): void {
  for (let i = 0; i < count; i++) scene.payer.send(scene.hub.address, idle)
}

const ACCEPTED = 1n

it('what a peer says beyond what it may cost waits, and is taken in order at the rate', async () => {
  say(200)
  await scene.world.scheduler.runFor(100)
  expect(acknowledged).toBeLessThan(110n)
  await scene.world.scheduler.runFor(1_000)
  expect(acknowledged).toBeGreaterThan(140n)
  expect(acknowledged).toBeLessThan(165n)
  await scene.world.scheduler.runFor(2_000)
  expect(acknowledged).toBe(ACCEPTED + 200n)
  expect(scene.payer.isConnected(scene.hub)).toBe(true)
})

it('frames that bring nothing known here cost, too', async () => {
  for (let i = 0; i < 200; i++) scene.payer.sendFrame(scene.hub.address, futureFrame('_gossip', {}))
  say(1)
  await scene.world.scheduler.runFor(1_000)
  expect(acknowledged).toBe(0n)
  await scene.world.scheduler.runFor(2_000)
  expect(acknowledged).toBe(ACCEPTED + 1n)
})

it('a new session costs what the one before left', async () => {
  for (let session = 0; session < 5; session++) {
    await scene.payer.connect(scene.hub)
    say(100)
    await scene.world.scheduler.runFor(50)
  }
  expect(acknowledged).toBeLessThan(180n)
  await scene.world.scheduler.runFor(20_000)
  await scene.payer.connect(scene.hub)
  await scene.world.scheduler.runFor(20_000)
  expect(acknowledged).toBe(ACCEPTED + 500n)
})

it('one whose frames wait beyond all bounds is cut off', async () => {
  say(120)
  const large = new Uint8Array(1024 * 1024)
  for (let i = 0; i < 17; i++) scene.payer.sendFrame(scene.hub.address, large)
  await scene.world.scheduler.runFor(100)
  expect(scene.payer.isConnected(scene.hub)).toBe(false)
})

it('what waits in all sessions together is bounded, and whose frames take most of it is cut off', async () => {
  const { world, hub } = scene
  const peers = [scene.payer, scene.payee]
  for (let i = 0; i < 17; i++) {
    const peer = new Puppet(world, `more ${i}`, world.signerOf(700 + i))
    await peer.start()
    await peer.connect(hub)
    await peer.open(hub, 100n)
    peers.push(peer)
  }
  for (const peer of peers) await peer.connect(hub)
  for (let i = 0; i < 200; i++) for (const peer of peers) peer.send(hub.address, idle)
  const large = new Uint8Array(1024 * 1024)
  const [payer, payee, ...others] = peers
  for (let i = 0; i < 3; i++) payer?.sendFrame(hub.address, large)
  for (let i = 0; i < 15; i++) for (const peer of others) peer.sendFrame(hub.address, large)
  await world.scheduler.runFor(100)
  expect(payer?.isConnected(hub)).toBe(true)
  expect(payee?.isConnected(hub)).toBe(true)
  expect(others.filter((peer) => peer.isConnected(hub))).toHaveLength(16)
})
