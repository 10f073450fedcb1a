import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../testing/world.ts'

const coin: Address = `0x${'70'.repeat(20)}`
const others = Array.from({ length: 4 }, (_, i): Address => `0x${`8${i}`.repeat(20)}`)
const taken = [{ token: NATIVE_TOKEN }, { token: coin, capacityMin: 50n }]

let world: World

beforeEach(async () => {
  world = createWorld({
    seed: 3,
    parties: {
      alice: {},
      hub: { policy: { forward: true, tokens: taken } },
      bob: { policy: { tokens: taken } },
      picky: { policy: { tokens: others.map((token) => ({ token })) } },
    },
  })
  for (const name of ['alice', 'hub']) world.chain.mint(coin, world.party(name).account, 1000n)
  await world.start()
})
afterEach(() => world.stop())

const openChannel = (from: string, to: string, token = coin) => {
  const { address: peer, url } = world.party(to)
  return world.finish(world.party(from).engine.openChannel({ peer, url, token, deposit: 500n }))
}
const coinsOf = (name: string) => world.chain.balance(coin, world.party(name).account)

describe('channels in a token that is taken', () => {
  it('carry a payment over a hub, and end with what everybody should have', async () => {
    const toHub = await openChannel('alice', 'hub')
    const toBob = await openChannel('hub', 'bob')
    const [alice, hub, bob] = ['alice', 'hub', 'bob'].map((name) => world.party(name).engine)
    if (alice === undefined || hub === undefined || bob === undefined) throw new Error('they run')
    const path = { payee: bob.signer, payeeUrl: world.party('bob').url, hubs: [hub.signer], token: coin }
    const { virtualId } = await world.finish(alice.openVirtual({ ...path, capacity: 300n, first: 1n }))
    await world.finish(alice.pay(virtualId, 70n))
    await world.finish(alice.closeVirtual(virtualId))
    await world.finish(bob.closeVirtual(virtualId))
    await world.finish(alice.closeChannel(toHub.channelId))
    await world.finish(bob.closeChannel(toBob.channelId))
    expect([coinsOf('alice'), coinsOf('hub'), coinsOf('bob')]).toEqual([930n, 1000n, 70n])
  })

  it('hold virtual channels to the least capacity of that token', async () => {
    await openChannel('alice', 'hub')
    const [alice, hub] = [world.party('alice').engine, world.party('hub').engine]
    const path = { payee: hub.signer, hubs: [], token: coin }
    const open = async (capacity: bigint) => {
      const opened = await world.finish(alice.openVirtual({ ...path, capacity, first: 0n }))
      await world.scheduler.runFor(2_000)
      return opened
    }
    const [small, large] = [await open(49n), await open(50n)]
    const statusOf = (id: string) => hub.virtuals().find(({ virtualId }) => virtualId === id)?.status
    expect([statusOf(small.virtualId), statusOf(large.virtualId)]).toEqual(['declined', 'open'])
  })
})

describe('channels in a token that is not taken', () => {
  it('are refused before anything is deposited, with a list of what is taken', async () => {
    world.chain.mint(others[0] ?? coin, world.party('alice').account, 1000n)
    const refused = { code: 'CHANNEL_REJECTED', details: { code: 'CHANNEL_TOKEN_REFUSED' } }
    await expect(openChannel('alice', 'hub', others[0])).rejects.toMatchObject(refused)
    await expect(openChannel('alice', 'picky')).rejects.toThrow(`only in ${others.slice(0, 3).join(', ')}, and 1 more`)
    await expect(openChannel('alice', 'picky', NATIVE_TOKEN)).rejects.toMatchObject(refused)
    expect(coinsOf('alice')).toBe(1000n)
    expect(world.party('alice').money).toBe(10n ** 18n)
  })

  it('may be proposed by this side: whoever opens a channel has chosen its token', async () => {
    expect(await openChannel('alice', 'hub')).toMatchObject({ status: 'open', token: coin })
  })
})
