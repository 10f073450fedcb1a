import { createWorld, Disk, type Party, type World } from '@sluice/engine/testing'
import { createGate, toResponse } from '@sluice/http'
import { bytesResource, patternBytes } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClientOver } from './client.ts'
import { createPayerClient } from './payer-client.ts'
import type { Paying } from './paying.ts'

const BYTES = patternBytes(40_000)
/** Base units for all of them at one for every 100. */
const PRICE = 400n

let world: World
let hub: Party
let bob: Party
let client: Paying

beforeEach(async () => {
  world = createWorld({ seed: 8, parties: { hub: { money: 10_000n, policy: { forward: true } }, bob: { money: 0n } } })
  ;[hub, bob] = [world.party('hub'), world.party('bob')]
  await world.start()
  const signer = world.signerOf(90)
  world.chain.mint(NATIVE_TOKEN, signer.address, 10_000n)
  const ports = {
    store: new Disk(world.scheduler).open(),
    transport: world.network.attach(signer.address, 'sim:page'),
    chain: world.chain.connect(signer.address),
    clock: world.scheduler,
    random: world.random.fork('page').bytes,
    crypto: world.crypto,
    signer,
  }
  client = await world.finish(createPayerClient({ ports, policy: hub.policy }))
  const open = { token: NATIVE_TOKEN, deposit: 5_000n }
  await world.finish(client.engine.openChannel({ ...open, peer: hub.address, url: hub.url }))
  await world.finish(hub.engine.openChannel({ ...open, peer: bob.address, url: bob.url }))
  // The urls of a simulated network are none that an offer may tell.
  await world.finish(client.engine.connect(bob.address, bob.url))
})

afterEach(() => world.stop())

/** Asks bob's server without a network in between. */
function fetchHere(): typeof fetch {
  const { payee } = createClientOver(bob.engine, world.chain.connect(bob.address).domain)
  const price = { amount: 1n, per: 100n }
  const gate = createGate({ payee, price, asset: NATIVE_TOKEN, window: 4_000, timers: world.scheduler })
  return async (input, init) => toResponse(await gate.serve(new Request(input, init), bytesResource(BYTES)))
}

describe('a client that only pays', () => {
  it('buys through a hub what it reads, and gets the rest back', async () => {
    const options = { maxAmount: 1_000n, fetch: fetchHere(), timers: world.scheduler }
    const response = await world.finish(client.fetch('http://bob.test/thing', options))
    expect(new Uint8Array(await world.finish(response.arrayBuffer()))).toEqual(BYTES)
    const [channel] = client.engine.channels()
    await world.finish(client.engine.closeChannel(channel?.channelId ?? '0x'))
    await world.finish(client.stop())
    expect(world.chain.balance(NATIVE_TOKEN, world.signerOf(90).address)).toBe(10_000n - PRICE)
  })

  it('is paid nothing', async () => {
    const wanted = { payee: client.engine.signer, hubs: [], token: NATIVE_TOKEN, capacity: 10n, first: 1n }
    await expect(world.finish(hub.engine.openVirtual(wanted))).rejects.toThrow(
      expect.objectContaining({ code: 'ADD_LOCKS_MAX' }),
    )
    await world.finish(client.stop())
  })
})
