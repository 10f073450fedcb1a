import { NATIVE_TOKEN } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { readStore } from './read-store.ts'

const parties = { alice: { money: 1000n }, hub: { money: 1000n, policy: { forward: true } }, bob: { money: 0n } }

it('reads of every party what its engine shows, but for sessions, and changes nothing', async () => {
  const world = createWorld({ seed: 3, crypto: 'real', parties })
  await world.start()
  const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  const wanted = { token: NATIVE_TOKEN, deposit: 600n }
  await world.finish(alice.engine.openChannel({ peer: hub.address, url: hub.url, ...wanted }))
  await world.finish(hub.engine.openChannel({ peer: bob.address, url: bob.url, ...wanted }))
  await world.finish(
    alice.engine.openVirtual({
      payee: bob.address,
      payeeUrl: bob.url,
      hubs: [hub.address],
      token: NATIVE_TOKEN,
      capacity: 300n,
      first: 10n,
    }),
  )
  await world.scheduler.runFor(60_000)
  for (const party of [alice, hub, bob]) {
    const shown = {
      channels: party.engine.channels().map((channel) => ({ ...channel, connected: false })),
      virtuals: party.engine
        .virtuals()
        .map((virtual) => ({ ...virtual, ...(virtual.role === 'payer' && { acknowledged: 0n }) })),
    }
    expect(shown.channels.length).toBeGreaterThan(0)
    expect(shown.virtuals).toHaveLength(1)
    const before = party.disk.snapshot()
    const store = {
      load: async function* () {
        yield* before
      },
    }
    const read = await readStore({ store, crypto: world.crypto, now: world.scheduler.now(), policy: party.policy })
    expect(read).toMatchObject({ ...shown, owner: { ...world.chain.domain, signer: party.address } })
    expect(read?.final?.number).toBeGreaterThan(0n)
    expect(party.disk.snapshot()).toEqual(before)
  }
  await world.stop()
})

it('says nothing of a store that no engine was started on', async () => {
  const { crypto } = createWorld({ seed: 1, parties: {} })
  const store = { load: async function* () {} }
  expect(await readStore({ store, crypto, now: 0 })).toBeUndefined()
})
