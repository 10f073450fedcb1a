import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createWorld, type World } from '../testing/world.ts'

async function twoParties(seed: number): Promise<World> {
  const world = createWorld({ seed, parties: { alice: { money: 1000n }, bob: { money: 1000n } } })
  await world.start()
  return world
}

function open(world: World, deposit: bigint) {
  const [alice, bob] = [world.party('alice'), world.party('bob')]
  return alice.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit })
}

describe('a deposit', () => {
  it('is made once, although its transaction is lost again and again', async () => {
    const world = await twoParties(1)
    world.chain.lossRate = 0.8
    expect((await world.finish(open(world, 600n))).deposits.own).toBe(600n)
    expect(world.party('alice').money).toBe(400n)
    await world.stop()
  })

  it('is made once, although its block is reorged out', async () => {
    const world = await twoParties(2)
    const opening = world.finish(open(world, 600n))
    let isReorged = false
    world.chain.onMined = (_, call) => {
      if (call.type !== 'deposit' || isReorged) return
      isReorged = true
      world.scheduler.after(100, () => {
        world.chain.lossRate = 1
        world.chain.reorg(1)
        world.chain.lossRate = 0
      })
    }
    expect((await opening).deposits.own).toBe(600n)
    expect(isReorged).toBe(true)
    expect(world.party('alice').money).toBe(400n)
    await world.stop()
  })

  it('is signed anew once its account nonce was finally used by another transaction', async () => {
    const world = await twoParties(3)
    const alice = world.party('alice')
    world.chain.lossRate = 1
    const opening = open(world, 600n)
    await world.scheduler.runFor(3_000)
    // The same key is used by another program.
    const other = { ...foreignTerms(world), nonce: 1n }
    world.chain.submit(alice.address, { type: 'deposit', terms: other, party: 0, amount: 10n })
    await world.scheduler.runFor(3_000)
    world.chain.lossRate = 0
    expect((await world.finish(opening)).deposits.own).toBe(600n)
    expect(alice.money).toBe(390n)
    await world.stop()
  })

  it('that the account cannot pay is refused with the reason, and forgotten', async () => {
    const world = await twoParties(4)
    const alice = world.party('alice')
    await expect(world.finish(open(world, 1001n))).rejects.toMatchObject({ code: 'DEPOSIT_FAILED' })
    const [channel] = alice.engine.channels()
    expect(channel).toMatchObject({ status: 'funding' })
    await world.finish(alice.engine.topUp(channel?.channelId ?? '0x', 1000n))
    expect(alice.money).toBe(0n)
    await world.stop()
  })
})

function foreignTerms(world: World) {
  const signers = [world.signerOf(501).address, world.signerOf(502).address].sort()
  const [a, b] = signers.map((signer) => ({ account: signer, signer }))
  if (a === undefined || b === undefined) throw new RangeError('two parties')
  return { a, b, token: NATIVE_TOKEN, disputeWindow: 60 }
}
