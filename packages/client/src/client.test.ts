import { createWorld, type World } from '@sluice/engine/testing'
import { createGate, type Resource, toResponse } from '@sluice/http'
import { bytesResource, patternBytes } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClientOver } from './client.ts'

const BYTES = patternBytes(40_000)
/** Base units for all of them at one for every 100. */
const PRICE = 400n

let world: World
let client: Client
let served: Resource
const failures: unknown[] = []

/** Asks the server without a network in between. */
function fetchHere(server: Client): typeof fetch {
  const gate = createGate({
    payee: server.payee,
    price: { amount: 1n, per: 100n },
    asset: NATIVE_TOKEN,
    window: 4_000,
    timers: world.scheduler,
  })
  return async (input, init) => toResponse(await gate.serve(new Request(input, init), served))
}

let options: { maxAmount: bigint; fetch: typeof fetch; timers: World['scheduler'] }

beforeEach(async () => {
  world = createWorld({
    seed: 7,
    crypto: 'real',
    parties: { alice: { money: 10_000n }, hub: { money: 10_000n, policy: { forward: true } }, bob: { money: 0n } },
  })
  await world.start()
  const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  const open = { token: NATIVE_TOKEN, deposit: 5_000n }
  await world.finish(alice.engine.openChannel({ ...open, peer: hub.address, url: hub.url }))
  await world.finish(hub.engine.openChannel({ ...open, peer: bob.address, url: bob.url }))
  // The urls of a simulated network are none that an offer may tell.
  await world.finish(alice.engine.connect(bob.address, bob.url))
  const { domain } = world.chain.connect(alice.address)
  served = bytesResource(BYTES)
  failures.length = 0
  client = createClientOver(alice.engine, domain, { onCloseFailed: (_, error) => failures.push(error) })
  const server = createClientOver(bob.engine, domain)
  options = { maxAmount: 1_000n, fetch: fetchHere(server), timers: world.scheduler }
})
afterEach(async () => {
  await world.finish(client.stop())
  await world.stop()
})

const code = (name: string): unknown => expect.objectContaining({ code: name })
const paidTo = (name: string): bigint => world.party(name).engine.channels()[0]?.paid.received ?? 0n

describe('a client', () => {
  it('fetches and pays through a hub for what it reads, and closes the virtual channel', async () => {
    const response = await world.finish(client.fetch('http://bob.test/thing', options))
    expect(response.headers.get('content-length')).toBe(`${BYTES.length}`)
    expect(new Uint8Array(await world.finish(response.arrayBuffer()))).toEqual(BYTES)
    await world.finish(client.stop())
    expect(failures).toEqual([])
    expect(paidTo('bob')).toBe(PRICE)
  })

  it('pays for no more than a reader took before giving up', async () => {
    const response = await world.finish(client.fetch('http://bob.test/thing', options))
    const reader = response.body?.getReader()
    let read = 0
    while (read < 10_000) read += (await world.finish(reader?.read() ?? Promise.reject())).value?.length ?? 0
    await world.finish(reader?.cancel() ?? Promise.reject())
    await world.finish(client.stop())
    expect(paidTo('bob')).toBeGreaterThan(0n)
    expect(paidTo('bob')).toBeLessThanOrEqual(BigInt(Math.ceil(read / 100)))
  })

  it('lets its caller look at the bytes before it pays', async () => {
    const paid = await world.finish(client.fetchPaid('http://bob.test/thing', options))
    let received = 0
    const read = async (): Promise<void> => {
      for await (const piece of paid.body) {
        received += piece.length
        paid.accept(received)
      }
      await paid.settled()
    }
    await world.finish(read())
    expect(paid.paid).toBe(PRICE)
    await world.finish(client.payer.close(paid.virtualId ?? '0x'))
    expect(paidTo('bob')).toBe(PRICE)
  })

  it('refuses what costs more than it may spend, and pays nothing', async () => {
    const fetched = world.finish(client.fetch('http://bob.test/thing', { ...options, maxAmount: PRICE - 1n }))
    await expect(fetched).rejects.toThrow(code('OFFER_AMOUNT'))
    expect(client.engine.virtuals()).toEqual([])
  })

  it('says that its channel holds too little', async () => {
    served = bytesResource(patternBytes(600_000))
    const fetched = world.finish(client.fetch('http://bob.test/thing', { ...options, maxAmount: 10_000n }))
    await expect(fetched).rejects.toThrow(code('PATH_TOO_SMALL'))
  })

  it('says that it has no way to the payee', async () => {
    const wanted = { payeeAccount: world.party('bob').address, token: NATIVE_TOKEN, capacity: 1n, first: 1n }
    const opened = client.payer.open({ ...wanted, payee: world.party('bob').address, hubs: [] })
    await expect(opened).rejects.toThrow(code('PATH_UNKNOWN'))
  })

  it('pays nothing for a total that it paid before', async () => {
    const bob = world.party('bob')
    const hubs = [{ signer: world.party('hub').address }]
    const wanted = { payee: bob.address, payeeAccount: bob.address, payeeUrl: bob.url, hubs, token: NATIVE_TOKEN }
    const { virtualId } = await world.finish(client.payer.open({ ...wanted, capacity: 100n, first: 5n }))
    for (const total of [5n, 30n, 30n, 20n]) await world.finish(client.payer.pay(virtualId, total))
    await world.finish(client.payer.close(virtualId))
    expect(paidTo('bob')).toBe(30n)
  })

  it('does not take a payment that failed for one that was made', async () => {
    const bob = world.party('bob')
    const hubs = [{ signer: world.party('hub').address }]
    const wanted = { payee: bob.address, payeeAccount: bob.address, hubs, token: NATIVE_TOKEN }
    const { virtualId } = await world.finish(client.payer.open({ ...wanted, capacity: 100n, first: 5n }))
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(world.finish(client.payer.pay(virtualId, 101n))).rejects.toThrow()
    }
    const both = Promise.all([client.payer.pay(virtualId, 40n), client.payer.pay(virtualId, 20n)])
    await world.finish(both)
    await world.finish(client.payer.close(virtualId))
    expect(paidTo('bob')).toBe(40n)
  })

  it('fetches what is free without paying', async () => {
    const free: typeof fetch = async () => new Response('free')
    const response = await world.finish(client.fetch('http://bob.test/free', { ...options, fetch: free }))
    expect(await world.finish(response.text())).toBe('free')
    expect(client.engine.virtuals()).toEqual([])
  })
})
