import { type Address, type Hex, NATIVE_TOKEN, readRecords } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import type { Chain, ChainCall, TransactionStatus } from '../ports/chain.ts'
import { type DepositRecord, depositKind } from '../records/deposit.ts'
import { Puppet } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'
import { signCloseRequest } from './goals/close-request.ts'

type Included = TransactionStatus & { readonly status: 'included' }

/** @param shown What alice's way to the chain says of a transaction of hers that is in a block. */
async function twoParties(seed: number, shown?: (found: Included) => TransactionStatus): Promise<World> {
  const reach = (connect: () => Chain): Chain => {
    const chain = connect()
    const status: Chain['status'] = async (transaction) => {
      const found = await chain.status(transaction)
      return found.status === 'included' && shown !== undefined ? shown(found) : found
    }
    return { ...chain, status }
  }
  const world = createWorld({ seed, parties: { alice: { money: 1000n, reach }, bob: { money: 1000n } } })
  await world.start()
  return world
}

function open(world: World, deposit: bigint, token: Address = NATIVE_TOKEN) {
  const [alice, bob] = [world.party('alice'), world.party('bob')]
  return alice.engine.openChannel({ peer: bob.address, url: bob.url, token, deposit })
}

/** Changes the records of deposits on a party's disk, as another build would have left them. */
function rewriteDeposits({ disk }: Party, change: (record: DepositRecord) => DepositRecord): void {
  const entries = new Map(disk.snapshot())
  const deposits = [...entries].filter(([key]) => key.startsWith('deposit/'))
  for (const record of readRecords(depositKind, deposits).values()) {
    for (const { key, value } of depositKind.writes(record, change(record))) {
      if (value === undefined) entries.delete(key)
      else entries.set(key, value)
    }
  }
  disk.restore(entries)
}

/** Has alice open a channel by 300, and kills her once that is made, before a final block shows it. */
async function killOnceMade(world: World): Promise<Party> {
  const alice = world.party('alice')
  open(world, 300n).catch(() => {})
  await world.scheduler.runUntil('the deposit to be made', () => alice.money === 700n, 60_000)
  alice.kill()
  return alice
}

/** Has the nonce of alice's deposit used by another transaction of the same key. */
async function useNonce(world: World): Promise<void> {
  const other = { ...foreignTerms(world), nonce: 1n }
  world.chain.submit(world.party('alice').address, { type: 'deposit', terms: other, party: 0, amount: 10n })
  await world.scheduler.runFor(3_000)
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
    await useNonce(world)
    world.chain.lossRate = 0
    expect((await world.finish(opening)).deposits.own).toBe(600n)
    expect(alice.money).toBe(390n)
    await world.stop()
  })

  it.each([
    ['taken for dropped', (): TransactionStatus => ({ status: 'dropped' })],
    ['taken for reverted', (found: Included): TransactionStatus => ({ ...found, success: false })],
  ] as const)('that is made counts, and is made once, although its transaction is %s', async (_, shown) => {
    const world = await twoParties(5, shown)
    const alice = world.party('alice')
    const { channelId, deposits } = await world.finish(open(world, 600n))
    expect(deposits.own).toBe(600n)
    expect(alice.money).toBe(400n)
    const both = Promise.all([alice.engine.topUp(channelId, 100n), alice.engine.topUp(channelId, 200n)])
    await world.finish(both)
    await world.scheduler.runFor(10_000)
    expect(alice.engine.channels()[0]?.deposits.own).toBe(900n)
    expect(alice.money).toBe(100n)
    await world.stop()
  })

  it('that is made counts although where it stands can not be asked', async () => {
    const world = await twoParties(6, () => {
      throw new Error('the endpoint does not answer')
    })
    expect((await world.finish(open(world, 600n))).deposits.own).toBe(600n)
    expect(world.party('alice').money).toBe(400n)
    await world.stop()
  })

  it('that is made counts after a restart, although its transaction is taken for dropped', async () => {
    const world = await twoParties(7, () => ({ status: 'dropped' }))
    const alice = await killOnceMade(world)
    await world.scheduler.runFor(20_000)
    await world.finish(alice.start())
    await world.scheduler.runFor(20_000)
    expect(alice.engine.channels()[0]?.deposits.own).toBe(300n)
    expect(alice.money).toBe(700n)
    await world.stop()
  })

  it('whose transaction is lost is made once, although another into the same channel is asked for meanwhile', async () => {
    const lost = new Set<Hex>()
    let isLosing = false
    const reach = (connect: () => Chain): Chain => {
      const chain = connect()
      const broadcast: Chain['broadcast'] = async (transaction) => {
        if (isLosing && lost.size === 0) lost.add(transaction.hash)
        if (!lost.has(transaction.hash)) await chain.broadcast(transaction)
      }
      return { ...chain, broadcast }
    }
    const world = createWorld({ seed: 8, parties: { alice: { money: 1000n, reach }, bob: { money: 1000n } } })
    await world.start()
    const alice = world.party('alice')
    const { channelId } = await world.finish(open(world, 100n))
    isLosing = true
    const both = [alice.engine.topUp(channelId, 20n), alice.engine.topUp(channelId, 30n)]
    await world.scheduler.runFor(3_000)
    await useNonce(world)
    await world.finish(Promise.all(both))
    expect(alice.engine.channels()[0]?.deposits.own).toBe(150n)
    expect(alice.money).toBe(1000n - 150n - 10n)
    await world.stop()
  })

  it('of an older build that is taken for dropped fails with what to look at, and is not made again', async () => {
    const world = await twoParties(9, () => ({ status: 'dropped' }))
    const alice = await killOnceMade(world)
    rewriteDeposits(alice, ({ before: _, ...record }) => record)
    await world.finish(alice.start())
    await world.scheduler.runFor(20_000)
    expect(alice.money).toBe(700n)
    const stored = [...alice.disk.snapshot()].filter(([key]) => key.startsWith('deposit/'))
    const [record] = readRecords(depositKind, stored).values()
    expect(record?.failed).toMatch(/^its transaction 0x[0-9a-f]{64} .*300 .*may have moved/)
    await world.stop()
  })

  it('in a token of which less arrived than was sent fails with what to look at, and is not made again', async () => {
    const token: Address = `0x${'70'.repeat(20)}`
    const policy = { tokens: [{ token }] }
    const signed: ChainCall[] = []
    const reach = (connect: () => Chain): Chain => {
      const chain = connect()
      const prepare: Chain['prepare'] = (call, terms) => {
        signed.push(call)
        return chain.prepare(call, terms)
      }
      return { ...chain, prepare }
    }
    const world = createWorld({ seed: 10, parties: { alice: { money: 10n, policy, reach }, bob: { policy } } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    for (const { account } of [alice, bob]) world.chain.mint(token, account, 1_000n)
    world.chain.lossRate = 1
    const opening = open(world, 600n, token)
    opening.catch(() => {})
    await world.scheduler.runFor(3_000)
    const [call] = signed
    if (call?.type !== 'deposit') throw new Error('the deposit was signed')
    world.chain.submit(bob.account, { ...call, amount: 590n })
    await useNonce(world)
    world.chain.lossRate = 0
    await expect(world.finish(opening)).rejects.toThrow(/may have moved/)
    expect(world.chain.balance(token, alice.account)).toBe(1_000n)
    await world.stop()
  })

  it('keeps no answer to a close from being sent while the store takes nothing, and is made once when it does', async () => {
    let [isFull, deposits] = [false, 0]
    const reach = (connect: () => Chain): Chain => {
      const chain = connect()
      const prepare: Chain['prepare'] = (call, terms) => {
        if (call.type === 'deposit') isFull = ++deposits === 1
        return chain.prepare(call, terms)
      }
      return { ...chain, prepare }
    }
    const world = createWorld({ seed: 12, parties: { alice: { money: 1000n, reach }, bob: {} } })
    await world.start()
    const alice = world.party('alice')
    alice.disk.fate = () => (isFull ? 'fullForNow' : 'done')
    const thief = new Puppet(world, 'thief', world.signerOf(901))
    await thief.start()
    await thief.connect(alice)
    const channel = await thief.open(alice, 500n)
    const { terms, channelId } = channel
    await thief.update(channel, [{ type: 'pay', amount: 200n }])
    const opening = open(world, 600n)
    opening.catch(() => {})
    await world.scheduler.runUntil('the disk to be full', () => isFull, 60_000)
    const request = signCloseRequest(thief.signer, world.chain.digests, [channelId], 2n ** 63n)
    world.chain.submit(thief.address, { type: 'startClose', terms, request })
    await world.scheduler.runFor(30_000)
    expect(
      world.chain.ledger.channels
        .get(channelId)
        ?.lanes.map(({ paid }) => paid)
        .toSorted(),
    ).toEqual([0n, 200n])
    isFull = false
    expect((await world.finish(opening)).deposits.own).toBe(600n)
    await world.scheduler.runFor(60_000)
    expect(alice.engine.channels().find(({ peer }) => peer.signer === world.party('bob').address)?.deposits.own).toBe(
      600n,
    )
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
