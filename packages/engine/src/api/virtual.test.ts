import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createWorld, type World } from '../testing/world.ts'

const parties = { alice: { money: 1000n }, hub: { money: 1000n, policy: { forward: true } }, bob: { money: 0n } }

async function withHub(seed: number): Promise<World> {
  const world = createWorld({ seed, crypto: 'real', parties })
  await world.start()
  const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  await world.finish(alice.engine.openChannel({ peer: hub.address, url: hub.url, token: NATIVE_TOKEN, deposit: 600n }))
  await world.finish(hub.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 600n }))
  return world
}

describe('a virtual channel through a hub', () => {
  it('opens in one pass, is paid on, closes, and all settle together', async () => {
    const world = await withHub(1)
    const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
    const opened = await world.finish(
      alice.engine.openVirtual({
        payee: bob.address,
        payeeUrl: bob.url,
        hubs: [hub.address],
        token: NATIVE_TOKEN,
        capacity: 300n,
        first: 10n,
      }),
    )
    if (opened.first === undefined) throw new Error('a first voucher was asked for')
    const admission = await world.finish(bob.engine.admit(opened.terms, opened.first))
    expect(admission.accepted()).toBe(10n)
    const waiting = admission.waitFor(120n, new AbortController().signal)
    for (const total of [50n, 100n, 120n]) await world.finish(alice.engine.pay(opened.virtualId, total))
    expect(await world.finish(waiting)).toBe(120n)
    expect((await world.finish(alice.engine.closeVirtual(opened.virtualId))).status).toBe('closed')
    for (const { engine } of [alice, hub]) {
      for (const channel of engine.channels()) {
        if (channel.status === 'open') await world.finish(engine.closeChannel(channel.channelId))
      }
    }
    expect([alice.money, hub.money, bob.money]).toEqual([880n, 1000n, 120n])
    await world.stop()
  })

  it('brings the payee a payment that was made right before the close, though the close takes another way', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const world = await withHub(seed)
      const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
      const told: unknown[] = []
      bob.engine.subscribe((notification) => told.push(notification))
      const wanted = { payee: bob.address, payeeUrl: bob.url, hubs: [hub.address], token: NATIVE_TOKEN, first: 1n }
      const { virtualId } = await world.finish(alice.engine.openVirtual({ ...wanted, capacity: 300n }))
      await world.finish(alice.engine.pay(virtualId, 300n))
      await world.finish(alice.engine.closeVirtual(virtualId))
      expect(bob.engine.channels()).toMatchObject([{ paid: { received: 300n } }])
      expect(told).toContainEqual(expect.objectContaining({ type: 'virtual' }))
      await world.stop()
    }
  })
})

describe('a virtual channel whose numbers make no sense', () => {
  const nonsense = [Number.NaN, 0.5, 0, -5, 2 ** 53, Number.POSITIVE_INFINITY]

  it.each([
    ...nonsense.map((lifetime) => [`a lifetime of ${lifetime} s`, { lifetime }, 'ADD_LIFETIME'] as const),
    ['a window of NaN s', { disputeWindow: Number.NaN }, 'NUMBER_OUT_OF_RANGE'],
    ['a window of 2^32 s', { disputeWindow: 2 ** 32 }, 'NUMBER_OUT_OF_RANGE'],
    ['two fees for one hub', { fees: [1n, 1n] }, 'ADD_MEMO_LENGTH'],
    ['no fee for a hub', { fees: [] }, 'ADD_MEMO_LENGTH'],
    ['a negative fee', { fees: [-1n] }, 'NUMBER_OUT_OF_RANGE'],
    ['a fee that no word holds', { fees: [1n << 128n] }, 'NUMBER_OUT_OF_RANGE'],
  ] as const)('is refused by its payer: %s', async (_, wrong, code) => {
    const world = await withHub(4)
    const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
    const good = { payee: bob.address, payeeUrl: bob.url, hubs: [hub.address], token: NATIVE_TOKEN, capacity: 100n }
    const open = (more: object) => world.finish(alice.engine.openVirtual({ ...good, first: 10n, ...more }))
    await expect(open(wrong)).rejects.toMatchObject({ code })
    expect(alice.engine.virtuals()).toEqual([])
    expect(await open({})).toMatchObject({ fees: 0n })
    await world.stop()
  })
})
