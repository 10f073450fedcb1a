import { NATIVE_TOKEN, type VirtualTerms } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { payee } from '../roles/payee.ts'
import { payer } from '../roles/payer.ts'
import { Puppet } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let alice: Party
let hub: Party
let bob: Party

beforeEach(async () => {
  world = createWorld({
    seed: 11,
    parties: {
      alice: { money: 1000n, roles: [payer] },
      hub: { money: 1000n, policy: { forward: true } },
      bob: { money: 0n },
    },
  })
  ;[alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  await world.start()
  await openChannel(alice, hub)
  await openChannel(hub, bob)
})

afterEach(() => world.stop())

const openChannel = (from: Party, { address: peer, url }: Party) =>
  world.finish(from.engine.openChannel({ peer, url, token: NATIVE_TOKEN, deposit: 600n }))

/** Opens a virtual channel to bob, and waits until it stands with him. */
async function openVirtual() {
  const path = { payee: bob.address, payeeUrl: bob.url, hubs: [hub.address], token: NATIVE_TOKEN }
  const opened = await world.finish(alice.engine.openVirtual({ ...path, capacity: 300n, first: 10n }))
  await world.scheduler.runFor(1_000)
  return opened
}

const channelOf = ({ engine }: Party) => engine.channels()[0]?.channelId ?? '0x'
const closeChannel = (party: Party, mode: 'auto' | 'unilateral' = 'auto') =>
  world.finish(party.engine.closeChannel(channelOf(party), mode))
const missing = (role: string) => expect.objectContaining({ code: 'ROLE_MISSING', details: { role } })

describe('a node that only pays', () => {
  it('pays through a hub, closes, withdraws, and settles with what everybody should have', async () => {
    const { virtualId } = await openVirtual()
    for (const total of [50n, 120n]) await world.finish(alice.engine.pay(virtualId, total))
    expect((await world.finish(alice.engine.closeVirtual(virtualId))).status).toBe('closed')
    await world.finish(alice.engine.withdraw(channelOf(alice), 80n))
    expect(alice.money).toBe(480n)
    await closeChannel(alice)
    await closeChannel(bob)
    expect([alice.money, hub.money, bob.money]).toEqual([880n, 1000n, 120n])
  })

  it('goes on where it was when it is killed and started again, and follows a claim', async () => {
    const { virtualId } = await openVirtual()
    await world.finish(alice.engine.pay(virtualId, 60n))
    alice.kill()
    await world.finish(alice.start())
    await world.finish(alice.engine.pay(virtualId, 90n))
    await world.scheduler.runFor(1_000)
    await world.finish(bob.engine.closeVirtual(virtualId))
    await world.scheduler.runFor(5_000)
    expect(alice.engine.virtuals()).toMatchObject([{ virtualId, status: 'closed', amount: 90n }])
    await closeChannel(alice)
    expect(alice.money).toBe(910n)
  })

  it('gets its money from the contract when nobody follows', async () => {
    const { virtualId } = await openVirtual()
    await world.finish(alice.engine.pay(virtualId, 60n))
    hub.kill()
    bob.kill()
    await closeChannel(alice)
    expect(alice.money).toBe(1000n)
  })

  it('answers a close on chain, and lets the payee have what it was paid', async () => {
    const { virtualId } = await openVirtual()
    await world.finish(alice.engine.pay(virtualId, 60n))
    await closeChannel(hub, 'unilateral')
    await world.scheduler.runUntil('the channel to be over', () => alice.money > 400n, 600_000)
    await world.scheduler.runFor(120_000)
    expect(alice.money).toBe(940n)
  })

  it('admits nobody', async () => {
    const { terms, first } = await openVirtual()
    if (first === undefined) throw new Error('a first voucher was asked for')
    await expect(world.finish(alice.engine.admit(terms, first))).rejects.toThrow(missing('payee'))
  })

  it('tells its peers that it takes no lock', async () => {
    const wanted = { payee: alice.address, hubs: [], token: NATIVE_TOKEN, capacity: 10n, first: 1n }
    await expect(world.finish(hub.engine.openVirtual(wanted))).rejects.toThrow(
      expect.objectContaining({ code: 'ADD_LOCKS_MAX' }),
    )
  })

  it('refuses the update of a peer that locks all the same, and payments to it', async () => {
    const rude = new Puppet(world, 'rude', world.signerOf(99))
    await rude.start()
    await rude.connect(alice)
    world.chain.mint(NATIVE_TOKEN, rude.address, 1000n)
    const channel = await rude.open(alice, 500n)
    const terms: VirtualTerms = {
      ...{ path: [rude.address, alice.address], token: NATIVE_TOKEN, capacity: 10n, disputeWindow: 10 },
      nonce: BigInt(Math.floor(world.scheduler.now() / 60_000)) << 32n,
    }
    const memo = { until: [BigInt(Math.floor(world.scheduler.now() / 1000)) + 600n], fees: [] }
    await rude.update(channel, [{ type: 'add', terms, memo }])
    expect(rude.heardOf('refuse')).toMatchObject([{ code: 'ROLE_MISSING' }])
    const signed = rude.pay(world.chain.digests.virtualId(terms), 5n)
    rude.send(alice.address, { type: 'voucher', terms, signed })
    await world.scheduler.runFor(1_000)
    expect(world.log).toContainEqual(
      expect.objectContaining({
        event: 'message refused',
        values: expect.objectContaining({ type: 'voucher', code: 'ROLE_MISSING' }),
      }),
    )
    expect(alice.engine.virtuals()).toEqual([])
  })
})

describe('a store', () => {
  it('is not taken by a node that lacks the role of what it holds', async () => {
    await openVirtual()
    await world.finish(bob.stop())
    bob.roles = [payer]
    await expect(world.finish(bob.start())).rejects.toThrow(missing('payee'))
    bob.roles = [payer, payee]
    await world.finish(bob.start())
    expect(bob.engine.virtuals()).toMatchObject([{ role: 'payee', amount: 10n }])
  })
})
