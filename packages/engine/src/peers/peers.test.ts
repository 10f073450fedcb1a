import {
  type ChannelTerms,
  decodeFrame,
  encodeFrame,
  type FeatureOffer,
  type Frame,
  type IgnoredFrame,
  NATIVE_TOKEN,
} from '@sluice/protocol'
import { futureFrame, withFutureFields } from '@sluice/protocol/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../api/channel-calls.ts'
import { Core } from '../api/core.ts'
import type { Session } from '../ports/transport.ts'
import { allRoles } from '../roles/all-roles.ts'
import { Disk } from '../testing/disk.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let alice: Party
let bob: Party

beforeEach(async () => {
  world = createWorld({ seed: 3, parties: { alice: { money: 1000n }, bob: { money: 1000n } } })
  alice = world.party('alice')
  bob = world.party('bob')
  await world.start()
})

afterEach(() => world.stop())

const openChannel = () =>
  world.finish(alice.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 600n }))

describe('a session with one that keeps no rule', () => {
  const stranger = `0x${'55'.repeat(20)}` as const
  const hello: Frame = { kind: 'hello', next: 1n, oldest: 1n, account: stranger, features: [], channels: [] }
  let session: Session
  let isClosed = false
  const heard: (Frame | IgnoredFrame)[] = []

  beforeEach(async () => {
    isClosed = false
    heard.length = 0
    const transport = world.network.attach(stranger, 'sim:stranger')
    await transport.start({
      opened() {},
      frame: (_, frame) => heard.push(decodeFrame(frame)),
      closed: () => {
        isClosed = true
      },
    })
    session = await world.finish(transport.connect(bob.address, bob.url))
  })

  const sayFrames = async (...frames: readonly (Frame | Uint8Array)[]) => {
    for (const frame of frames) session.send(frame instanceof Uint8Array ? frame : encodeFrame(frame))
    await world.scheduler.runFor(200)
  }
  const propose = (number: bigint): Frame => ({
    kind: 'data',
    number,
    message: { type: 'agree', channelId: `0x${'22'.repeat(32)}` },
  })

  const broken: Readonly<Record<string, readonly (Frame | Uint8Array)[]>> = {
    'bytes that are no frame': [hello, Uint8Array.of(1, 2, 3)],
    'no bytes at all': [hello, new Uint8Array()],
    'data before hello': [propose(1n)],
    'a second hello': [hello, hello],
    'a message out of its turn': [hello, propose(2n)],
    'something ignorable before hello': [futureFrame('_gossip', {})],
    'a field that may not be ignored': [hello, futureFrame('ack', { number: new Uint8Array(8), later: 1 })],
    'a message that may not be ignored': [hello, futureFrame('volatile', { message: ['gossip', {}] })],
    'an ignorable message out of its turn': [
      hello,
      futureFrame('data', { number: new Uint8Array(8).fill(2), message: ['_gossip', {}] }),
    ],
    'an acknowledgement of what was not sent': [hello, { kind: 'ack', number: 1n }],
  }

  for (const [what, frames] of Object.entries(broken)) {
    it(`is ended by ${what}, and nothing else is`, async () => {
      await sayFrames(...frames)
      expect(isClosed).toBe(true)
      expect((await openChannel()).status).toBe('open')
    })
  }

  it('is ended by a feature that it requires and that is unknown here, which is named', async () => {
    await sayFrames({ ...hello, features: [1, 6, 8] })
    expect(isClosed).toBe(true)
    const line = world.log.find(({ party, event }) => party === 'bob' && event === 'session ended')
    expect(line?.values).toMatchObject({ code: 'PEER_FEATURE_UNKNOWN', peer: stranger, features: '6, 8' })
  })

  it('goes on whatever it says that may be ignored: features, fields, messages and frames', async () => {
    const more = { _future: ['x', { y: 1 }] }
    const number = new Uint8Array(8).with(7, 1)
    const accepted: Frame = {
      kind: 'volatile',
      message: { type: 'voucherAccepted', virtualId: `0x${'33'.repeat(32)}`, amount: 1n },
    }
    await sayFrames(
      withFutureFields({ ...hello, features: [1, 65_537] }, more),
      futureFrame('data', { number, message: ['_gossip', { about: [1, 2] }], ...more }),
      futureFrame('data', { number, message: ['_gossip', { about: 'the same number again' }] }),
      futureFrame('volatile', { message: ['_gossip', {}], ...more }),
      withFutureFields(accepted, more, more),
      futureFrame('_gossip', more),
      withFutureFields(propose(2n), more, more),
    )
    expect(isClosed).toBe(false)
    expect(heard.at(-1)).toEqual({ kind: 'ack', number: 2n })
    expect(bob.engine.channels()).toEqual([])
    expect((await openChannel()).status).toBe('open')
  })

  it('handles a numbered message once, however often it comes', async () => {
    const [a, b] = [stranger, bob.address].sort().map((signer) => ({ account: signer, signer }))
    if (a === undefined || b === undefined) throw new RangeError('two parties')
    const nonce = BigInt(Math.floor(world.scheduler.now() / 60_000)) << 32n
    const terms: ChannelTerms = { a, b, token: NATIVE_TOKEN, disputeWindow: 60, nonce }
    const asked: Frame = { kind: 'data', number: 1n, message: { type: 'propose', terms } }
    await sayFrames(hello, asked)
    await sayFrames(asked)
    await sayFrames(asked)
    expect(heard.filter(({ kind }) => kind === 'data')).toHaveLength(1)
    expect(isClosed).toBe(false)
    await sayFrames(propose(2n))
    expect(heard.at(-1)).toEqual({ kind: 'ack', number: 2n })
  })

  it('goes on after a message that makes no sense, and after one sent again', async () => {
    await sayFrames(hello, propose(1n), propose(1n), propose(2n), propose(1n))
    expect(isClosed).toBe(false)
    expect(bob.engine.channels()).toEqual([])
  })
})

describe('two sides with different features', () => {
  const tabs = { name: 'tabs', number: 6 }
  const upgrade = { known: [tabs], required: [] }
  const insist = { known: [tabs], required: [tabs] }

  const restart = async (party: Party, features: FeatureOffer) => {
    await party.stop()
    party.features = features
    await world.finish(party.start())
  }

  it('talk as long as neither requires what the other lacks', async () => {
    await restart(bob, upgrade)
    expect((await openChannel()).status).toBe('open')
  })

  it('know in every event what both can do, while they are connected', async () => {
    await restart(bob, upgrade)
    const ticks = { name: 'ticks', number: 8 }
    const signer = world.signerOf(9)
    const core = new Core(
      allRoles,
      {
        store: new Disk(world.scheduler).open(),
        transport: world.network.attach(signer.address, 'sim:carol'),
        chain: world.chain.connect(signer.address),
        clock: world.scheduler,
        random: world.random.fork('carol').bytes,
        crypto: world.crypto,
        signer,
        log: { debug() {}, info() {}, warn() {}, error() {} },
      },
      { policy: bob.policy, features: { known: [tabs, ticks], required: [ticks] } },
    )
    onTestFinished(() => core.stop())
    await world.finish(core.start())
    expect(core.tx.commonFeatures(bob.address)).toEqual([])
    await expect(world.finish(connect(core, bob.address, bob.url))).rejects.toMatchObject({
      code: 'PEER_FEATURE_MISSING',
      details: { features: 'ticks' },
    })
    expect(core.tx.commonFeatures(bob.address)).toEqual([])
    await restart(bob, { known: [tabs, ticks], required: [tabs] })
    await world.finish(connect(core, bob.address, bob.url))
    expect(core.tx.commonFeatures(bob.address)).toEqual([tabs, ticks])
    await bob.stop()
    await world.scheduler.runFor(100)
    expect(core.tx.commonFeatures(bob.address)).toEqual([])
  })

  it('are told what the peer requires, and talk once this side is upgraded', async () => {
    await restart(bob, insist)
    const error = { code: 'PEER_FEATURE_UNKNOWN', details: { peer: bob.address, features: '6' } }
    await expect(openChannel()).rejects.toMatchObject(error)
    await restart(alice, upgrade)
    expect((await openChannel()).status).toBe('open')
  })

  it('are told what the peer lacks, and talk once the peer is upgraded', async () => {
    await restart(alice, insist)
    const error = { code: 'PEER_FEATURE_MISSING', details: { peer: bob.address, features: 'tabs' } }
    await expect(openChannel()).rejects.toMatchObject(error)
    await restart(bob, upgrade)
    expect((await openChannel()).status).toBe('open')
  })
})

describe('a peer that lost data', () => {
  it('is found out by the numbers, and the channel is frozen until it is closed on chain', async () => {
    const { channelId } = await openChannel()
    const old = bob.disk.snapshot()
    const pay = { payee: bob.address, hubs: [], token: NATIVE_TOKEN, capacity: 100n, first: 50n }
    const { virtualId } = await world.finish(alice.engine.openVirtual(pay))
    await world.finish(alice.engine.closeVirtual(virtualId))
    bob.kill()
    bob.disk.restore(old)
    await world.finish(bob.start())
    await world.scheduler.runUntil('alice to find out', () => alice.engine.channels()[0]?.frozen !== undefined, 60_000)
    expect(world.log.some(({ party, event }) => party === 'alice' && event === 'data loss')).toBe(true)
    await expect(world.finish(alice.engine.openVirtual(pay))).rejects.toThrow()
    const closed = await world.finish(alice.engine.closeChannel(channelId))
    expect(closed.status).toBe('closed')
    expect(alice.money + bob.money).toBe(2000n)
  })
})

describe('a disk that is full for a while', () => {
  it('holds up what is signed, answers the chain from memory, and goes on without a restart once there is space', async () => {
    const { channelId } = await openChannel()
    const pay = { payee: alice.address, hubs: [], token: NATIVE_TOKEN, capacity: 100n, first: 50n }
    await world.finish(bob.engine.topUp(channelId, 300n))
    await world.finish(bob.engine.openVirtual(pay))
    await world.scheduler.runUntil('alice to be paid', () => alice.engine.virtuals()[0]?.amount === 50n, 10_000)
    let isFull = true
    alice.disk.fate = () => (isFull ? 'fullForNow' : 'done')
    const paying = alice.engine.openVirtual({ ...pay, payee: bob.address })
    await world.scheduler.runFor(2_000)
    expect(bob.engine.virtuals()).toHaveLength(1)
    // Bob closes on chain by what it likes: Alice shows what it holds, and redeems.
    const calls: string[] = []
    world.chain.onMined = (sender, call) => void (sender === alice.address && calls.push(call.type))
    bob.engine.closeChannel(channelId, 'unilateral').catch(() => {})
    await world.scheduler.runFor(15_000)
    expect(calls).toContain('updateLane')
    isFull = false
    await world.scheduler.runFor(10_000)
    expect(world.log.map(({ event }) => event)).toContain('store is back')
    await Promise.allSettled([world.finish(paying)])
    await world.scheduler.runUntil('it to be over', () => alice.engine.channels()[0]?.status === 'closed', 600_000)
    expect(alice.money + bob.money).toBe(2000n)
    expect(alice.money).toBeGreaterThanOrEqual(1050n)
  })
})

describe('a disk that is full', () => {
  it('stops the engine, nothing of the failed commit leaves, and a restart goes on', async () => {
    const { channelId } = await openChannel()
    const full = alice.disk.attempts + 1
    alice.disk.fate = (attempt) => (attempt === full ? 'full' : 'done')
    const frames = world.network.frames
    const pay = { payee: bob.address, hubs: [], token: NATIVE_TOKEN, capacity: 100n, first: 50n }
    await expect(world.finish(alice.engine.openVirtual(pay))).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await expect(world.finish(alice.engine.topUp(channelId, 1n))).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await world.scheduler.runFor(1_000)
    expect(world.network.frames).toBe(frames)
    expect(bob.engine.virtuals()).toEqual([])
    alice.kill()
    await world.finish(alice.start())
    await world.finish(alice.engine.connect(bob.address, bob.url))
    await world.finish(alice.engine.openVirtual(pay))
    await world.scheduler.runUntil('bob to be paid', () => bob.engine.virtuals()[0]?.amount === 50n, 10_000)
  })
})
