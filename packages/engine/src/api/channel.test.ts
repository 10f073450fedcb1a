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
})
