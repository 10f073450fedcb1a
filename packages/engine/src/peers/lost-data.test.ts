import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let hub: Party
let provider: Party

beforeEach(async () => {
  const party = { money: 10_000n }
  world = createWorld({ seed: 7, parties: { hub: { ...party, policy: { forward: true } }, provider: party } })
  hub = world.party('hub')
  provider = world.party('provider')
  await world.start()
})

afterEach(() => world.stop())

const open = (from: Party, to: Party, deposit = 1_000n) =>
  world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit }))
const pay = async (amount = 60n) => {
  const { virtualId } = await world.finish(
    hub.engine.openVirtual({
      payee: provider.address,
      payeeUrl: provider.url,
      hubs: [],
      token: NATIVE_TOKEN,
      capacity: 100n,
      first: amount,
    }),
  )
  await world.finish(hub.engine.closeVirtual(virtualId))
}
const stop = async (party: Party) => {
  await world.finish(party.stop())
  await world.scheduler.runFor(100)
}
/** The party goes on with a copy of its disk from before. */
const goBackTo = async (party: Party, copy: ReturnType<Party['disk']['snapshot']>) => {
  await stop(party)
  party.disk.restore(copy)
  await world.finish(party.start())
}
const isClosed = (party: Party) => party.engine.channels().every(({ status }) => status === 'closed')
const closed = () => world.scheduler.runUntil('both to have closed', () => isClosed(hub) && isClosed(provider), 120_000)
const connect = (from: Party, to: Party) => world.finish(from.engine.connect(to.address, to.url))
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error) => error.code,
  )

describe('after a loss', () => {
  let old: ReturnType<Party['disk']['snapshot']>
  beforeEach(async () => {
    await open(hub, provider)
    await pay()
    old = provider.disk.snapshot()
    for (let i = 0; i < 3; i++) await pay()
  })

  it('nothing goes on while a channel is left, which says that it is frozen, why, and what it waits for', async () => {
    world.chain.lossRate = 1
    await goBackTo(provider, old)
    expect(await world.finish(codeOf(hub.engine.connect(provider.address, provider.url)))).toBe('PEER_FROZEN')
    // The hub says nothing any more but its hello, and that tells why.
    await world.finish(codeOf(provider.engine.connect(hub.address, hub.url)))
    await world.scheduler.runUntil(
      'the provider to find out',
      () => provider.engine.channels()[0]?.frozen !== undefined,
      60_000,
    )
    expect(await world.finish(codeOf(provider.engine.connect(hub.address, hub.url)))).toBe('PEER_FROZEN')
    for (const party of [hub, provider]) {
      expect(party.engine.channels()).toMatchObject([
        {
          status: 'closing',
          frozen: expect.stringContaining('message'),
          waitingFor: expect.stringContaining('a block to hold the start of the close'),
        },
      ])
    }
    world.chain.lossRate = 0
    await world.scheduler.runUntil('it to be disputed', () => hub.engine.channels()[0]?.status === 'disputed', 60_000)
    expect(hub.engine.channels()[0]).toMatchObject({ waitingFor: expect.stringContaining('the dispute window to end') })
  })

  it.each(['hub', 'provider'] as const)('the two get a new channel by the %s once the old one is over', async (by) => {
    await goBackTo(provider, old)
    await closed()
    expect(hub.money + provider.money).toBe(20_000n)
    const [from, to] = by === 'hub' ? [hub, provider] : [provider, hub]
    expect(await open(from, to)).toMatchObject({ status: 'open' })
    if (by === 'hub') await pay()
  })

  it('so do those that were restarted in between', async () => {
    await goBackTo(provider, old)
    await closed()
    for (const party of [hub, provider]) {
      await stop(party)
      await world.finish(party.start())
    }
    expect(await open(provider, hub)).toMatchObject({ status: 'open' })
  })

  it('so does one that lost all of its disk', async () => {
    await goBackTo(provider, new Map())
    expect(await world.finish(codeOf(hub.engine.connect(provider.address, provider.url)))).toBe('PEER_FROZEN')
    await world.scheduler.runUntil('the hub to have closed', () => isClosed(hub), 120_000)
    expect(await open(hub, provider)).toMatchObject({ status: 'open' })
    await pay()
  })
})

describe('a key that has no channel, and an old copy of its store', () => {
  it('is connected at its first try, also while ended channels are remembered', async () => {
    await open(hub, provider)
    const [channel] = hub.engine.channels()
    if (channel === undefined) throw new Error('they have a channel')
    await pay()
    await world.finish(hub.engine.closeChannel(channel.channelId))
    await closed()
    const old = provider.disk.snapshot()
    const second = await open(provider, hub)
    await world.finish(provider.engine.closeChannel(second.channelId))
    await closed()
    await goBackTo(provider, old)
    await connect(provider, hub)
    expect(await open(provider, hub)).toMatchObject({ status: 'open' })
  })

  it('loses nothing with a channel that nobody paid into, and needs to wait for nothing', async () => {
    const old = provider.disk.snapshot()
    world.chain.lossRate = 1
    void codeOf(provider.engine.openChannel({ peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 1_000n }))
    await world.scheduler.runUntil('the hub to agree', () => hub.engine.channels().length === 1, 10_000)
    provider.kill()
    await world.scheduler.runFor(1_000)
    provider.disk.restore(old)
    await world.finish(provider.start())
    world.chain.lossRate = 0
    expect(await open(provider, hub)).toMatchObject({ status: 'open' })
    expect(hub.engine.channels().filter(({ frozen }) => frozen !== undefined)).toEqual([])
  })
})
