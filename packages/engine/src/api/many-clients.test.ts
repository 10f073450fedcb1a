import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createWorld, type PartyOptions } from '../testing/world.ts'

const CLIENTS = 50

describe('a hub with fifty clients', () => {
  it('serves them all at once', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: CLIENTS }, (_, i) => `client${i}`)
    const parties: Record<string, PartyOptions> = {
      hub: { money: 100_000n, policy: { forward: true } },
      shop: { money: 0n },
      ...Object.fromEntries(names.map((name) => [name, { money: 1000n }])),
    }
    const world = createWorld({ seed: 50, parties })
    await world.start()
    const [hub, shop] = [world.party('hub'), world.party('shop')]
    const clients = names.map((name) => world.party(name))
    const at = (peer: typeof hub) => ({ peer: peer.address, url: peer.url, token: NATIVE_TOKEN })
    await world.finish(
      Promise.all([
        hub.engine.openChannel({ ...at(shop), deposit: 50_000n }),
        ...clients.map(({ engine }) => engine.openChannel({ ...at(hub), deposit: 1000n })),
      ]),
    )
    const before = { commits: hub.disk.commits, written: hub.disk.written }
    const paid = await world.finish(
      Promise.all(
        clients.map(async ({ engine }) => {
          const { terms, first, virtualId } = await engine.openVirtual({
            payee: shop.address,
            payeeUrl: shop.url,
            hubs: [hub.address],
            token: NATIVE_TOKEN,
            capacity: 500n,
            first: 1n,
          })
          if (first === undefined) throw new Error('a first voucher was asked for')
          const admission = await shop.engine.admit(terms, first)
          for (let total = 2n; total <= 20n; total++) await engine.pay(virtualId, total)
          return admission.waitFor(20n, new AbortController().signal)
        }),
      ),
    )
    expect(paid).toEqual(Array(CLIENTS).fill(20n))
    // They shared the hub's commits: it made far fewer than one for each message.
    expect(hub.disk.commits - before.commits).toBeLessThan(8 * CLIENTS)
    for (const { engine } of clients) for (const { virtualId } of engine.virtuals()) void engine.closeVirtual(virtualId)
    await world.scheduler.runUntil(
      'all virtual channels to be closed',
      () => hub.engine.virtuals().every(({ status }) => status === 'closed'),
      120_000,
    )
    await world.finish(
      Promise.all(clients.map(({ engine }) => engine.closeChannel(engine.channels()[0]?.channelId ?? '0x'))),
    )
    await world.finish(
      Promise.all(
        hub.engine
          .channels()
          .filter(({ status }) => status === 'open')
          .map(({ channelId }) => hub.engine.closeChannel(channelId)),
      ),
    )
    expect(clients.map(({ money }) => money)).toEqual(Array(CLIENTS).fill(980n))
    expect([hub.money, shop.money]).toEqual([100_000n, BigInt(20 * CLIENTS)])
    await world.stop()
  })
})
