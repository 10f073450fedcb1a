import { type Close, NATIVE_TOKEN, type ReliableMessage } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Puppet, type PuppetChannel } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let bob: Party
let puppet: Puppet

beforeEach(async () => {
  world = createWorld({ seed: 19, parties: { bob: { money: 10_000n } } })
  bob = world.party('bob')
  await world.start()
  puppet = new Puppet(world, 'puppet', world.signerOf(101))
  await puppet.start()
  await puppet.connect(bob)
})

afterEach(() => world.stop())

const deposit = 100n
const openByBob = () =>
  bob.engine.openChannel({ peer: puppet.address, url: puppet.url, token: NATIVE_TOKEN, deposit }).then(
    (view) => view.status,
    (error) => error.code,
  )
const say = async (message: ReliableMessage) => {
  puppet.send(bob.address, message)
  await world.scheduler.runFor(200)
}
const restart = async () => {
  bob.kill()
  await world.finish(bob.start())
  await puppet.connect(bob)
}
const proposed = () => {
  const channelId = puppet.heardOf('propose').map(({ terms }) => world.chain.digests.channelId(terms))[0]
  if (channelId === undefined) throw new Error('bob proposed')
  return channelId
}
const storedOf = (prefix: string) => [...bob.disk.snapshot().keys()].filter((key) => key.startsWith(prefix))

describe('a proposal', () => {
  it('that is rejected is reported with the reason, and nothing of it is left', async () => {
    const opening = openByBob()
    await world.scheduler.runFor(200)
    await say({ type: 'reject', channelId: proposed(), code: 'NOT_TODAY', text: 'we are closed' })
    expect(await world.finish(opening)).toBe('CHANNEL_REJECTED')
    await world.scheduler.runFor(1_000)
    expect([...storedOf('channel/'), ...storedOf('deposit/')]).toEqual([])
    expect(bob.money).toBe(10_000n)
  })

  it('that is rejected after a restart takes its deposit along, and is forgotten though nobody asks', async () => {
    void openByBob()
    await world.scheduler.runFor(200)
    await restart()
    expect(storedOf('deposit/')).toHaveLength(1)
    await say({ type: 'reject', channelId: proposed(), code: 'NOT_TODAY', text: 'we are closed' })
    expect(storedOf('deposit/')).toEqual([])
    expect(storedOf('channel/')).toHaveLength(1)
    expect(bob.engine.channels()).toEqual([])
    await world.scheduler.runFor(bob.policy.proposalTimeout * 1000 + 2_000)
    expect(storedOf('channel/')).toEqual([])
    expect(bob.money).toBe(10_000n)
  })

  it('that is agreed to after a restart is paid into', async () => {
    void openByBob()
    await world.scheduler.runFor(200)
    await restart()
    await say({ type: 'agree', channelId: proposed() })
    await world.scheduler.runUntil('the deposit to count', () => bob.engine.channels()[0]?.status === 'open', 60_000)
    expect(bob.engine.channels()[0]?.deposits.own).toBe(deposit)
  })

  it('that is agreed to too late finds nothing', async () => {
    const opening = openByBob()
    expect(await world.finish(opening)).toBe('CHANNEL_UNANSWERED')
    await say({ type: 'agree', channelId: proposed() })
    await world.scheduler.runFor(5_000)
    expect(bob.engine.channels()).toEqual([])
    expect(bob.money).toBe(10_000n)
  })
})

describe('a cooperative close', () => {
  let channel: PuppetChannel
  beforeEach(async () => {
    channel = await puppet.open(bob, 1000n)
  })

  const asked = () => puppet.heardOf('close').map(({ close }) => close)
  const refuse = (close: Close | undefined) => {
    if (close === undefined) throw new Error('bob asked')
    return say({ type: 'closeAnswer', close, answer: { type: 'refused', code: 'NOT_TODAY' } })
  }
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error) => error.code,
    )

  it('that was refused is asked for again with the same signature, also after a restart', async () => {
    const first = codeOf(bob.engine.closeChannel(channel.channelId, 'cooperative'))
    await world.scheduler.runFor(200)
    await refuse(asked()[0])
    expect(await world.finish(first)).toBe('CLOSE_REFUSED')
    await restart()
    const second = bob.engine.closeChannel(channel.channelId, 'cooperative')
    await world.scheduler.runFor(200)
    const [one, again] = asked()
    if (again === undefined) throw new Error('bob asked again')
    expect(again).toEqual(one)
    const signature = puppet.signer.sign(world.chain.digests.close(again))
    await say({ type: 'closeAnswer', close: again, answer: { type: 'signed', signature } })
    expect((await world.finish(second)).status).toBe('closed')
  })

  it('leaves a channel that is being closed anyway to the chain when it is refused', async () => {
    const firm = bob.engine.closeChannel(channel.channelId, 'auto')
    const soft = codeOf(bob.engine.closeChannel(channel.channelId, 'cooperative'))
    await world.scheduler.runFor(200)
    await refuse(asked()[0])
    expect(await world.finish(soft)).toBe('CLOSE_REFUSED')
    expect((await world.finish(firm)).status).toBe('closed')
  })
})

describe('a peer that lost data', () => {
  const loseData = async () => {
    await world.scheduler.runFor(500)
    const stranger = new Puppet(world, 'again', puppet.signer)
    await stranger.start()
    await stranger.connect(bob)
    await world.scheduler.runFor(500)
    return stranger
  }

  it('is left by the chain, and nothing is paid into the channel or taken out meanwhile', async () => {
    const channel = await puppet.open(bob, 1000n)
    const { channelId } = channel
    await world.finish(bob.engine.topUp(channelId, 500n))
    await puppet.update(channel, [{ type: 'pay', amount: 1n }])
    await loseData()
    const view = () => bob.engine.channels().find((channel) => channel.channelId === channelId)
    expect(view()?.frozen).toMatch(/it remembers nothing of it/)
    const calls = [() => bob.engine.topUp(channelId, 1n), () => bob.engine.withdraw(channelId, 1n)]
    for (const call of calls) await expect(world.finish(call())).rejects.toMatchObject({ code: 'CHANNEL_FROZEN' })
    const cooperative = world.finish(bob.engine.closeChannel(channelId, 'cooperative'))
    await expect(cooperative).rejects.toMatchObject({ code: 'CLOSE_REFUSED' })
    await world.scheduler.runUntil('bob to have its money', () => bob.money === 10_001n, 120_000)
    await world.scheduler.runUntil('it to be over', () => view()?.status === 'closed', 60_000)
  })

  it('costs no transaction where nothing was ever paid in, and nothing of it is left', async () => {
    const { channelId } = await puppet.open(bob, 0n)
    const calls: string[] = []
    world.chain.onMined = (_, call) => calls.push(call.type)
    const again = await loseData()
    expect(bob.engine.channels()).toMatchObject([{ channelId, status: 'funding' }])
    await world.scheduler.runFor((bob.policy.fundingTimeout + 1) * 1000)
    expect(bob.engine.channels()).toEqual([])
    world.network.detach(again.url)
    await world.scheduler.runFor(2_000)
    expect([...storedOf('channel/'), ...storedOf('peer/'), ...storedOf('outbox/')]).toEqual([])
    expect(calls).toEqual([])
  })

  it('is proposed to again what it forgot, where nothing was signed yet', async () => {
    const { channelId } = await puppet.open(bob, 0n)
    await world.finish(bob.engine.topUp(channelId, 500n))
    const again = await loseData()
    expect(again.heardOf('propose').map(({ terms }) => world.chain.digests.channelId(terms))).toEqual([channelId])
    expect(bob.engine.channels()).toMatchObject([{ channelId, status: 'open' }])
  })
})

describe('a cooperative close that waits for the last lock', () => {
  it('is signed as soon as that is gone, without a block', async () => {
    const slow = createWorld({
      seed: 23,
      blockTime: 10_000,
      parties: { alice: { money: 1000n }, carol: { money: 0n } },
    })
    await slow.start()
    const [alice, carol] = [slow.party('alice'), slow.party('carol')]
    const { channelId } = await slow.finish(
      alice.engine.openChannel({ peer: carol.address, url: carol.url, token: NATIVE_TOKEN, deposit: 600n }),
    )
    const path = { payee: carol.address, hubs: [], token: NATIVE_TOKEN, capacity: 300n, first: 50n }
    await slow.finish(alice.engine.openVirtual(path))
    await slow.scheduler.runFor(2_000)
    const { number } = slow.chain.head
    await slow.scheduler.runUntil('a block', () => slow.chain.head.number > number, 20_000)
    const closing = alice.engine.closeChannel(channelId, 'cooperative')
    await slow.scheduler.runUntil(
      'both to have signed',
      () => alice.engine.channels()[0]?.waitingFor === 'a final block to hold the close',
      5_000,
    )
    expect(slow.chain.head.number).toBe(number + 1n)
    await slow.finish(closing)
    expect([alice.money, carol.money]).toEqual([950n, 50n])
    await slow.stop()
  })
})
