import { type Id, NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { signCloseRequest } from '../defence/goals/close-request.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'
import type { OpenedVirtual } from './engine.ts'

const parties = { alice: { money: 1000n }, hub: { money: 1000n, policy: { forward: true } }, bob: { money: 0n } }

interface Scene {
  readonly world: World
  readonly alice: Party
  readonly hub: Party
  readonly bob: Party
  readonly aliceHub: Id
  readonly hubBob: Id
}

async function scene(seed: number): Promise<Scene> {
  const world = createWorld({ seed, parties })
  await world.start()
  const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  const open = (from: Party, to: Party) =>
    world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit: 600n }))
  const { channelId: aliceHub } = await open(alice, hub)
  const { channelId: hubBob } = await open(hub, bob)
  return { world, alice, hub, bob, aliceHub, hubBob }
}

/** Opens V for 300 and pays 120 over it, accepted by the payee. */
async function payThroughHub({ world, alice, hub, bob }: Scene, disputeWindow = 10): Promise<OpenedVirtual> {
  const opened = await world.finish(
    alice.engine.openVirtual({
      payee: bob.address,
      payeeUrl: bob.url,
      hubs: [hub.address],
      token: NATIVE_TOKEN,
      capacity: 300n,
      first: 10n,
      disputeWindow,
    }),
  )
  if (opened.first === undefined) throw new Error('a first voucher was asked for')
  const admission = await world.finish(bob.engine.admit(opened.terms, opened.first))
  await world.finish(alice.engine.pay(opened.virtualId, 120n))
  await world.finish(admission.waitFor(120n, new AbortController().signal))
  return opened
}

const moneyOf = ({ alice, hub, bob }: Scene) => [alice.money, hub.money, bob.money]

describe('a channel whose other side is gone', () => {
  it('is closed alone, and the money comes back after the window', async () => {
    const here = await scene(11)
    const { world, alice, hub, aliceHub } = here
    hub.kill()
    const closed = await world.finish(alice.engine.closeChannel(aliceHub, 'unilateral'))
    expect(closed.status).toBe('closed')
    expect(alice.money).toBe(1000n)
    await world.stop()
  })

  it('is closed together first, and alone once the peer had its time', async () => {
    const here = await scene(12)
    const { world, alice, hub, aliceHub } = here
    hub.kill()
    const begin = world.scheduler.now()
    await world.finish(alice.engine.closeChannel(aliceHub))
    expect(world.scheduler.now() - begin).toBeGreaterThan(alice.policy.closeTimeout * 1000)
    expect(alice.money).toBe(1000n)
    await world.stop()
  })

  it('stays open when only a close together is asked for', async () => {
    const here = await scene(13)
    const { world, alice, hub, aliceHub } = here
    hub.kill()
    await world.scheduler.runFor(100)
    await expect(world.finish(alice.engine.closeChannel(aliceHub, 'cooperative'))).rejects.toMatchObject({
      code: 'CLOSE_REFUSED',
    })
    expect(alice.engine.channels()).toMatchObject([{ status: 'open' }])
    await world.stop()
  })
})

describe('a hub that is gone while a virtual channel is open', () => {
  it('costs neither payer nor payee anything', async () => {
    const here = await scene(21)
    const { world, alice, hub, bob, aliceHub, hubBob } = here
    await payThroughHub(here)
    // Long enough for idle lanes to be countersigned: what alice can show of hers then holds the lock.
    await world.scheduler.runFor(2_000)
    hub.kill()
    const both = Promise.all([alice.engine.closeChannel(aliceHub), bob.engine.closeChannel(hubBob)])
    await world.finish(both)
    expect(alice.money).toBe(880n)
    expect(bob.money).toBe(120n)
    await world.finish(hub.start())
    await world.scheduler.runUntil('the hub to have its money back', () => hub.money === 1000n, 600_000)
    await world.stop()
  })
})

describe('a payee that is gone while a virtual channel is open', () => {
  it('costs the hub nothing, and gets what it was paid when it is back', async () => {
    const here = await scene(31)
    const { world, alice, hub, bob, aliceHub, hubBob } = here
    await payThroughHub(here)
    bob.kill()
    const closing = Promise.all([alice.engine.closeChannel(aliceHub), hub.engine.closeChannel(hubBob)])
    await world.scheduler.runFor(5_000)
    await world.finish(bob.start())
    await world.finish(closing)
    await world.scheduler.runUntil('all to be settled', () => moneyOf(here).join() === '880,1000,120', 600_000)
    await world.stop()
  })
})

describe('a payer that is gone while a virtual channel is open', () => {
  it('costs neither payee nor hub anything', async () => {
    const here = await scene(41)
    const { world, alice, hub, bob, aliceHub, hubBob } = here
    const { virtualId } = await payThroughHub(here)
    alice.kill()
    await world.finish(bob.engine.closeVirtual(virtualId))
    await world.finish(bob.engine.closeChannel(hubBob))
    expect(bob.money).toBe(120n)
    await world.finish(hub.engine.closeChannel(aliceHub))
    expect(hub.money).toBe(1000n)
    await world.finish(alice.start())
    await world.scheduler.runUntil('the payer to have its money back', () => alice.money === 880n, 600_000)
    await world.stop()
  })
})

describe('a virtual channel whose window is longer than that of its channels', () => {
  it('keeps what it decides in the settled channels until it is final', async () => {
    const here = await scene(51)
    const { world, alice, hub, bob, aliceHub, hubBob } = here
    await payThroughHub(here, 100)
    await world.scheduler.runFor(2_000)
    const all = Promise.all([
      alice.engine.closeChannel(aliceHub, 'unilateral'),
      bob.engine.closeChannel(hubBob, 'unilateral'),
    ])
    await world.scheduler.runUntil(
      'a channel to be settled',
      () => alice.engine.channels()[0]?.status === 'settled',
      60_000,
    )
    expect(alice.engine.channels()[0]?.waitingFor).toMatch(/locks/)
    await world.finish(all)
    expect(moneyOf(here)).toEqual([880n, 1000n, 120n])
    await world.scheduler.runUntil(
      'the hub to see the end',
      () => hub.engine.channels().every(({ status }) => status === 'closed'),
      60_000,
    )
    await world.stop()
  })
})

describe('a virtual channel that somebody closes on chain', () => {
  const calls = (world: World): string[] => {
    const made: string[] = []
    world.chain.onMined = (_, call) => made.push(call.type)
    return made
  }
  const closeOnChain = ({ world, alice }: Scene, terms: OpenedVirtual['terms']) => {
    const { digests } = world.chain
    const request = signCloseRequest(alice.signer, digests, [digests.virtualId(terms)], 2n ** 63n)
    world.chain.submit(alice.address, { type: 'closeVirtual', terms, request })
  }

  it('while it is open is redeemed and folded by the final answer, and the channels stay open', async () => {
    const here = await scene(61)
    const { world, alice, hub, bob } = here
    const { terms } = await payThroughHub(here)
    const made = calls(world)
    closeOnChain(here, terms)
    const isFolded = (party: Party) => party.engine.virtuals().every(({ status }) => status === 'closed')
    await world.scheduler.runUntil('all to have folded it', () => [alice, hub, bob].every(isFolded), 60_000)
    expect(made).toContain('redeem')
    for (const { engine } of [alice, hub, bob]) {
      for (const channel of engine.channels()) expect(channel).toMatchObject({ status: 'open', locked: { sent: 0n } })
    }
    expect(alice.engine.channels()[0]?.paid.sent).toBe(120n)
    expect(bob.engine.channels()[0]?.paid.received).toBe(120n)
    await world.stop()
  })

  it('after it was folded everywhere costs nobody else a transaction', async () => {
    const here = await scene(62)
    const { world, alice } = here
    const { terms, virtualId } = await payThroughHub(here)
    await world.finish(alice.engine.closeVirtual(virtualId))
    await world.scheduler.runFor(5_000)
    const made = calls(world)
    closeOnChain(here, terms)
    await world.scheduler.runFor(60_000)
    expect(made).toEqual(['closeVirtual'])
    await world.stop()
  })
})
