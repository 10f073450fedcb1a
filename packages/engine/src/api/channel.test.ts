import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../testing/world.ts'

describe('a channel', () => {
  it('opens, is funded from both sides and closes together', async () => {
    const world = createWorld({ seed: 1, crypto: 'real', parties: { alice: { money: 1000n }, bob: { money: 500n } } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    const opened = await world.finish(
      alice.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 600n }),
    )
    expect(opened).toMatchObject({
      status: 'open',
      deposits: { own: 600n, peer: 0n },
      spendable: { own: 600n, peer: 0n },
    })
    const funded = await world.finish(bob.engine.topUp(opened.channelId, 200n))
    expect(funded).toMatchObject({ status: 'open', deposits: { own: 200n, peer: 600n } })
    expect([alice.money, bob.money]).toEqual([400n, 300n])
    const closed = await world.finish(alice.engine.closeChannel(opened.channelId))
    expect(closed.status).toBe('closed')
    expect([alice.money, bob.money]).toEqual([1000n, 500n])
    await world.stop()
  })

  it('whose deposit failed goes on when it is asked for again, with another amount', async () => {
    const world = createWorld({ seed: 1, parties: { alice: { money: 100n }, bob: {} } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    const open = (deposit: bigint) =>
      world.finish(alice.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit }))
    await expect(open(600n)).rejects.toMatchObject({ code: 'DEPOSIT_FAILED' })
    const [begun] = alice.engine.channels()
    expect(begun).toMatchObject({ status: 'funding', spendable: { own: 0n } })
    expect(await open(60n)).toMatchObject({ channelId: begun?.channelId, status: 'open', deposits: { own: 60n } })
    const second = await open(20n)
    expect(second.channelId).not.toBe(begun?.channelId)
    await world.stop()
  })

  it('is opened once by a call that is made twice, also over a restart', async () => {
    const world = createWorld({ seed: 2, parties: { alice: { money: 100n }, bob: {} } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    const options = { peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 60n }
    alice.engine.openChannel(options).catch(() => {})
    await world.scheduler.runUntil('the channel to be begun', () => alice.engine.channels().length === 1)
    alice.kill()
    await world.finish(alice.start())
    const channel = await world.finish(alice.engine.openChannel(options))
    await world.scheduler.runFor(20_000)
    expect(alice.engine.channels()).toMatchObject([{ channelId: channel.channelId, deposits: { own: 60n } }])
    expect(alice.money).toBe(40n)
    await world.stop()
  })

  it.each([
    ['itself', { peer: 'self' }, 'PEER_IS_SELF'],
    ['a deposit of nothing', { deposit: 0n }, 'AMOUNT_INVALID'],
    ['a negative deposit', { deposit: -1n }, 'AMOUNT_INVALID'],
    ['a deposit that no word holds', { deposit: 1n << 128n }, 'AMOUNT_INVALID'],
    ['a window that is no number', { disputeWindow: Number.NaN }, 'NUMBER_OUT_OF_RANGE'],
    ['half a second of window', { disputeWindow: 0.5 }, 'NUMBER_OUT_OF_RANGE'],
  ])('is not opened with %s, and nothing of it stays', async (_, wrong, code) => {
    const world = createWorld({ seed: 3, parties: { alice: { money: 100n }, bob: {} } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    const good = { peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 60n }
    const options = 'peer' in wrong ? { ...good, peer: alice.address, url: alice.url } : { ...good, ...wrong }
    await expect(world.finish(alice.engine.openChannel(options))).rejects.toMatchObject({ code })
    expect(alice.engine.channels()).toEqual([])
    expect(await world.finish(alice.engine.openChannel(good))).toMatchObject({ status: 'open' })
    await world.stop()
  })
})
