import {
  type ChannelTerms,
  decodeFrame,
  encodeFrame,
  type Frame,
  type IgnoredFrame,
  NATIVE_TOKEN,
  type PeerMessage,
} from '@sluice/protocol'
import { futureFrame } from '@sluice/protocol/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Session } from '../ports/transport.ts'
import { HubScene } from '../testing/hub-scene.ts'
import { Puppet } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let hub: Party
let made = 0

beforeEach(async () => {
  const policy = { unfundedMax: 20, forward: true }
  world = createWorld({ seed: 11, parties: { hub: { money: 10_000n, policy }, alice: { money: 1_000n } } })
  await world.start()
  hub = world.party('hub')
})

afterEach(() => world.stop())

const stored = (prefix = '') =>
  [...hub.disk.snapshot().keys()].filter((key) => key.startsWith(prefix) && !/^(chain-|store-owner)/.test(key))

function termsWith(address: `0x${string}`, changes: Partial<ChannelTerms> = {}): ChannelTerms {
  const [a, b] = [address, hub.address].sort().map((signer) => ({ account: signer, signer }))
  if (a === undefined || b === undefined) throw new RangeError('two parties')
  made += 1
  const nonce = (BigInt(Math.floor(world.scheduler.now() / 60_000)) << 32n) + BigInt(made)
  return { a, b, token: NATIVE_TOKEN, disputeWindow: 20, nonce, ...changes }
}

async function stranger(key: number): Promise<Puppet> {
  const puppet = new Puppet(world, `stranger ${key}`, world.signerOf(key))
  await puppet.start()
  await puppet.connect(hub)
  return puppet
}

/** A stranger that takes what it is sent and acknowledges nothing. */
async function deaf(
  key: number,
): Promise<{ session: Session; say: (...messages: PeerMessage[]) => void; isOver: () => boolean }> {
  const { address } = world.signerOf(key)
  const transport = world.network.attach(address, `sim:deaf ${key}`)
  let isOver = false
  await transport.start({
    opened() {},
    frame() {},
    closed: () => {
      isOver = true
    },
  })
  const session = await world.finish(transport.connect(hub.address, hub.url))
  const hello: Frame = { kind: 'hello', next: 1n, oldest: 1n, account: address, features: [], channels: [] }
  session.send(encodeFrame(hello))
  let number = 0n
  const say = (...messages: PeerMessage[]) => {
    for (const message of messages) {
      number += 1n
      session.send(encodeFrame({ kind: 'data', number, message } as Frame))
    }
  }
  return { session, say, isOver: () => isOver }
}

it('keys without money leave nothing but a few channels, which make room for each other and end within minutes', async () => {
  for (let key = 0; key < 60; key++) {
    const one = await stranger(1_000 + key)
    for (let i = 0; i < 4; i++) one.send(hub.address, { type: 'propose', terms: termsWith(one.address) })
    await world.scheduler.runFor(100)
    world.network.detach(one.url)
  }
  await world.scheduler.runFor(1_000)
  expect(hub.engine.channels()).toHaveLength(20)
  expect(stored('channel/')).toHaveLength(20)
  expect(stored('peer/')).toHaveLength(5)
  await world.scheduler.runFor(hub.policy.fundingTimeout * 1000 + 1_000)
  expect(hub.engine.channels()).toEqual([])
  expect(stored()).toEqual([])
})

it('a flood of proposals keeps nobody from opening a channel that pays into it', async () => {
  const alice = world.party('alice')
  const opening = alice.engine.openChannel({ peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 500n })
  await world.scheduler.runFor(100)
  for (let key = 0; key < 10; key++) {
    const one = await stranger(2_000 + key)
    for (let i = 0; i < 4; i++) one.send(hub.address, { type: 'propose', terms: termsWith(one.address) })
    await world.scheduler.runFor(10)
  }
  const { channelId } = await world.finish(opening)
  await world.scheduler.runFor(2_000)
  const seen = () => hub.engine.channels().find((one) => one.channelId === channelId)
  await world.finish(alice.engine.closeChannel(channelId))
  expect(seen()?.status).toBe('closed')
  expect(alice.money).toBe(1_000n)
})

it('a channel that a flood pushed out is agreed to again as soon as a block shows its deposit, long before that is final', async () => {
  await world.stop()
  const parties = { hub: { money: 10_000n, policy: { unfundedMax: 20 } }, alice: { money: 1_000n } }
  world = createWorld({ seed: 13, finality: 5_000, parties })
  await world.start()
  hub = world.party('hub')
  const alice = world.party('alice')
  world.chain.lossRate = 1
  void alice.engine
    .openChannel({ peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 500n })
    .catch(() => undefined)
  await world.scheduler.runFor(1_000)
  const ofAlice = () => hub.engine.channels().filter(({ peer }) => peer.signer === alice.address)
  expect(ofAlice()).toHaveLength(1)
  for (let key = 0; key < 10; key++) {
    const one = await stranger(2_100 + key)
    for (let i = 0; i < 4; i++) one.send(hub.address, { type: 'propose', terms: termsWith(one.address) })
    await world.scheduler.runFor(10)
  }
  await world.scheduler.runFor(100)
  expect(ofAlice()).toEqual([])
  world.chain.lossRate = 0
  await world.scheduler.runFor(hub.policy.nonceAgeMax * 60_000 + 60_000)
  expect(ofAlice()).toMatchObject([{ status: 'funding', deposits: { peer: 0n } }])
})

it('none makes room for another while the chain is too old to tell which was paid into', async () => {
  await world.stop()
  const endpoint = { lag: 0 }
  world = createWorld({ seed: 14, parties: { hub: { money: 10_000n, policy: { unfundedMax: 20 }, endpoint } } })
  await world.start()
  hub = world.party('hub')
  const payer = await stranger(3_100)
  const terms = termsWith(payer.address)
  payer.send(hub.address, { type: 'propose', terms })
  await world.scheduler.runFor(100)
  const party = terms.a.signer === payer.address ? 0 : 1
  world.chain.submit(payer.address, { type: 'deposit', terms, party, amount: 100n })
  // The hub's endpoint shows no block any more.
  for (let i = 0; i < hub.policy.chainSilenceMax + 5; i++) {
    endpoint.lag += 1
    await world.scheduler.runFor(1_000)
  }
  const flood = await Promise.all(Array.from({ length: 8 }, (_, key) => stranger(3_200 + key)))
  for (const one of flood) {
    for (let i = 0; i < 4; i++) one.send(hub.address, { type: 'propose', terms: termsWith(one.address) })
  }
  await world.scheduler.runFor(1_000)
  expect(hub.engine.channels()).toHaveLength(20)
  expect(hub.engine.channels().filter(({ peer }) => peer.signer === payer.address)).toHaveLength(1)
  const rejections = flood.flatMap((one) => one.heardOf('reject'))
  expect(rejections).toHaveLength(13)
  expect(rejections[0]).toMatchObject({ code: 'CHANNEL_PROPOSAL_REFUSED' })
})

it('a channel that was forgotten before its deposit came is agreed to again', async () => {
  const payer = await stranger(3_000)
  const terms = termsWith(payer.address)
  payer.send(hub.address, { type: 'propose', terms })
  await world.scheduler.runFor(hub.policy.fundingTimeout * 1000 + 1_000)
  expect(hub.engine.channels()).toEqual([])
  const party = terms.a.signer === payer.address ? 0 : 1
  world.chain.submit(payer.address, { type: 'deposit', terms, party, amount: 100n })
  await world.scheduler.runFor(2_000)
  payer.send(hub.address, { type: 'propose', terms })
  await world.scheduler.runFor(2_000)
  expect(hub.engine.channels()).toMatchObject([{ status: 'open', deposits: { peer: 100n } }])
})

it('one that acknowledges nothing is cut off, and its queue goes with it', async () => {
  const one = await deaf(4_000)
  const refused = termsWith(world.signerOf(4_000).address, { disputeWindow: 1 })
  for (let i = 0; i < 100 && !one.isOver(); i++) {
    one.say({ type: 'propose', terms: { ...refused, nonce: refused.nonce + BigInt(i) } })
    await world.scheduler.runFor(100)
  }
  await world.scheduler.runFor(2_000)
  expect(one.isOver()).toBe(true)
  expect(stored()).toEqual([])
})

it('one that comes back while it is being forgotten begins anew, and has lost nothing', async () => {
  Object.assign(world.network, { latency: 0, jitter: 0 })
  const { address } = world.signerOf(4_010)
  const transport = world.network.attach(address, 'sim:back')
  const heard: (Frame | IgnoredFrame)[] = []
  let closed = 0
  await transport.start({
    opened() {},
    frame: (_, bytes) => heard.push(decodeFrame(bytes)),
    closed: () => {
      closed += 1
    },
  })
  const hello: Frame = { kind: 'hello', next: 1n, oldest: 1n, account: address, features: [], channels: [] }
  const propose = (number: bigint, changes: Partial<ChannelTerms> = {}): Frame => {
    return { kind: 'data', number, message: { type: 'propose', terms: termsWith(address, changes) } }
  }
  const first = await world.finish(transport.connect(hub.address, hub.url))
  for (const frame of [hello, propose(1n, { disputeWindow: 1 })]) first.send(encodeFrame(frame))
  await world.scheduler.runFor(20)
  first.send(encodeFrame({ kind: 'ack', number: 1n }))
  await world.scheduler.runFor(20)
  const { attempts, commits } = hub.disk
  first.close()
  const second = await world.finish(transport.connect(hub.address, hub.url))
  // The session stands while the commit that forgets the peer is under way.
  expect(hub.disk).toMatchObject({ attempts, commits })
  second.send(encodeFrame({ ...hello, next: 2n, oldest: 2n }))
  await world.scheduler.runFor(20)
  expect(hub.disk.commits).toBeGreaterThan(commits)
  expect(heard.filter(({ kind }) => kind === 'hello').at(-1)).toMatchObject({ next: 1n, oldest: 1n, channels: [] })
  second.send(encodeFrame(propose(1n)))
  await world.scheduler.runFor(20)
  expect(closed).toBe(1)
  expect(heard.findLast(({ kind }) => kind === 'data')).toMatchObject({
    kind: 'data',
    number: 1n,
    message: { type: 'agree' },
  })
  expect(world.log.map(({ event }) => event)).not.toContain('data loss')
})

it('one that says more than a stranger may is cut off, and what it was cut off for leaves nothing', async () => {
  const one = await deaf(4_001)
  const { address } = world.signerOf(4_001)
  const ack = encodeFrame({ kind: 'ack', number: 0n })
  // Each costs a fifth of a signature, and the session cost three, so that the proposal is what is too much.
  for (let i = 0; i < 5 * (hub.policy.strangerBurst - 3) - 1; i++) one.session.send(ack)
  one.say({ type: 'propose', terms: termsWith(address) })
  await world.scheduler.runFor(2_000)
  expect(one.isOver()).toBe(true)
  expect(stored()).toEqual([])
  expect(hub.engine.channels()).toEqual([])
})

it('one that says nothing that is known here costs, too, and is cut off', async () => {
  const one = await deaf(4_002)
  const gossip = futureFrame('_gossip', {})
  const ack = encodeFrame({ kind: 'ack', number: 0n })
  for (let i = 0; i < 3 * hub.policy.strangerBurst; i++) {
    one.session.send(gossip)
    one.session.send(ack)
  }
  await world.scheduler.runFor(2_000)
  expect(one.isOver()).toBe(true)
})

it('those without a channel, whatever keys they have, cost no more together than one with a channel may', async () => {
  await world.stop()
  const policy = { sessionRate: 10, sessionBurst: 50 }
  world = createWorld({ seed: 12, parties: { hub: { money: 10_000n, policy }, alice: { money: 1_000n } } })
  await world.start()
  hub = world.party('hub')
  const alice = world.party('alice')
  const options = { peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 500n }
  const { channelId } = await world.finish(alice.engine.openChannel(options))
  await world.scheduler.runFor(10_000)
  const sessions = await Promise.all(Array.from({ length: 30 }, (_, i) => deaf(5_000 + i)))
  await world.scheduler.runFor(100)
  const isOver = () => sessions.map((one) => one.isOver())
  expect(isOver().filter(Boolean).length).toBeGreaterThan(10)
  expect(isOver()[0]).toBe(false)
  await world.finish(alice.engine.closeChannel(channelId))
  await world.scheduler.runFor(5_000)
  const later = await deaf(5_100)
  await world.scheduler.runFor(100)
  expect(later.isOver()).toBe(false)
})

it('an update of a channel that nobody paid into leaves nothing, and is taken once the deposit is seen', async () => {
  const scene = await HubScene.create()
  const thief = new Puppet(scene.world, 'thief', scene.world.signerOf(303))
  await thief.start()
  await thief.connect(scene.hub)
  const channel = await thief.open(scene.hub, 0n)
  const entries = () => [...scene.hub.disk.snapshot()].filter(([key]) => !key.startsWith('chain-'))
  const before = entries()
  const adds = Array.from({ length: 200 }, () => {
    const terms = scene.termsOf([thief.address, scene.hub.address, scene.payee.address])
    return { type: 'add', terms, memo: scene.memoOf(2) } as const
  })
  await thief.update(channel, adds)
  expect(entries()).toEqual(before)
  expect(thief.isConnected(scene.hub)).toBe(false)
  const { lane: party, terms } = channel
  scene.world.chain.submit(thief.address, { type: 'deposit', terms, party, amount: 200n * 300n })
  await scene.world.scheduler.runFor(5_000)
  await thief.connect(scene.hub)
  await scene.world.scheduler.runFor(1_000)
  expect(thief.heardOf('accepted')).toHaveLength(1)
  await scene.world.stop()
})

it('a channel that is over is forgotten once its id is too old to come back, and its peer with it', async () => {
  const alice = world.party('alice')
  for (let i = 0; i < 5; i++) {
    const options = { peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 100n }
    const { channelId } = await world.finish(alice.engine.openChannel(options))
    await world.finish(alice.engine.closeChannel(channelId))
  }
  await world.scheduler.runFor(30_000)
  expect(stored('channel/')).toHaveLength(5)
  await alice.stop()
  const { nonceAgeMax, chainLag } = hub.policy
  await world.scheduler.runFor((2 * nonceAgeMax * 60 + chainLag + 60) * 1000)
  expect(stored()).toEqual([])
  expect(hub.engine.channels()).toEqual([])
  await world.finish(alice.start())
  expect(alice.engine.channels()).toEqual([])
})
