import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Chain, ChainCall } from '@sluice/engine'
import { seededRandom } from '@sluice/engine/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { developmentSigner, type LocalChain, startAnvil, startLocalChain } from '../local-chain/index.ts'
import { deploySluice } from './deploy.ts'
import { startFaultyProxy } from './testing/faulty-proxy.ts'
import { ChainRecorder } from './testing/recorder.ts'
import { allow, allowanceOf, deployToken } from './testing/token.ts'
import {
  createTwoParties,
  execute,
  executeAnew,
  lockedVoucher,
  newNonce,
  noLocks,
  type TwoParties,
} from './testing/two-parties.ts'

let local: LocalChain
let parties: TwoParties
const cleanups: (() => unknown)[] = []

beforeEach(async () => {
  local = await startLocalChain()
  parties = await createTwoParties(local)
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
  await local.stop()
})

const code = (name: string): unknown => expect.objectContaining({ code: name })

async function follow(chain: Chain = parties.a.chain, from?: bigint): Promise<ChainRecorder> {
  const recorder = new ChainRecorder()
  cleanups.push(() => chain.stop())
  await chain.start(from, recorder)
  return recorder
}

/**
 * Whoever reads the chain anew learns the same. A transaction that a reorganisation threw out may be sent again at any moment, so both
 * are compared at one head.
 */
async function expectSameStory(told: ChainRecorder): Promise<void> {
  const fresh = await follow(await parties.open(parties.b.signer))
  await told.until(() => told.newest >= fresh.newest)
  await fresh.until(() => fresh.blocks.at(-1)?.hash === told.blocks.at(-1)?.hash)
  expect(told.events).toEqual(fresh.events)
}

const deposit = (amount: bigint, party: 0 | 1 = 0): ChainCall => ({
  type: 'deposit',
  terms: parties.terms,
  party,
  amount,
})

describe('opening the chain', () => {
  it('says that nobody answers', async () => {
    const opened = parties.open(parties.a.signer, { url: 'http://127.0.0.1:9' })
    await expect(opened).rejects.toThrow(code('CHAIN_UNREACHABLE'))
  })

  it('says that what answers is no chain', async () => {
    const server = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1')
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(parties.open(parties.a.signer, { url })).rejects.toThrow(code('CHAIN_UNREACHABLE'))
  })

  it('refuses another chain', async () => {
    const opened = parties.open(parties.a.signer, { chainId: 314159n })
    await expect(opened).rejects.toThrow(code('CHAIN_WRONG'))
  })

  it('refuses an address without a contract, and one with another', async () => {
    const nowhere = `0x${'77'.repeat(20)}` as const
    await expect(parties.open(parties.a.signer, { contract: nowhere })).rejects.toThrow(code('CHAIN_NO_CONTRACT'))
    await local.rpc('anvil_setCode', nowhere, '0x60016000526020600060f3')
    await expect(parties.open(parties.a.signer, { contract: nowhere })).rejects.toThrow(code('CHAIN_FOREIGN_CONTRACT'))
  })

  it('works over a WebSocket too', async () => {
    const chain = await parties.open(parties.a.signer, { url: local.url.replace('http', 'ws') })
    const told = await follow(chain)
    await execute(local, chain, deposit(5n))
    expect(await told.event('deposited')).toMatchObject({ party: 0, total: 5n })
  })
})

describe('calls', () => {
  it('close a channel alone, from the first deposit until the money is back', async () => {
    const { a, b, terms, digests, channelId } = parties
    const told = await follow()
    expect(await execute(local, a.chain, deposit(1_000n))).toBe(true)
    expect(await execute(local, b.chain, deposit(500n, 1))).toBe(true)
    const virtual = {
      path: [a.signer.address, b.signer.address],
      token: terms.token,
      capacity: 300n,
      disputeWindow: 60,
      nonce: newNonce(),
    }
    const { signed, locks, proof } = lockedVoucher(parties, 0, 100n, virtual)
    expect(await execute(local, a.chain, { type: 'startClose', terms })).toBe(true)
    expect(await told.event('closeStarted')).toMatchObject({ channelId })
    expect(await execute(local, b.chain, { type: 'updateLane', terms, voucher: signed })).toBe(true)
    expect(await told.event('laneUpdated')).toMatchObject({ ...locks, lane: 0, seq: 1n, paid: 100n })
    const virtualId = digests.virtualId(virtual)
    const voucher = { virtualId, amount: 120n, tickAnchor: noLocks.locksRoot, tickValue: 0n, tickCount: 0 }
    const signature = a.signer.sign(digests.voucher(voucher))
    expect(await execute(local, b.chain, { type: 'redeem', terms: virtual, signed: { voucher, signature } })).toBe(true)
    expect(await told.event('virtualUpdated')).toMatchObject({ virtualId, amount: 120n })
    await local.rpc('evm_increaseTime', 120)
    await local.mine()
    expect(await execute(local, a.chain, { type: 'settle', terms, locks: [locks, noLocks] })).toBe(true)
    expect(await told.event('settled')).toMatchObject({ paidA: 600n, paidB: 600n, pools: [300n, 0n] })
    const unlock: ChainCall = { type: 'unlock', terms, lane: 0, locked: 300n, locks: [proof] }
    expect(await execute(local, b.chain, unlock)).toBe(true)
    expect(await told.event('unlocked')).toMatchObject({ lane: 0, slot: 0, toReceiver: 120n, toPayer: 180n })
  })

  it('withdraw and close together', async () => {
    const { a, b, terms, digests, channelId } = parties
    const told = await follow()
    await execute(local, a.chain, deposit(1_000n))
    const deadline = BigInt(Math.floor(Date.now() / 1000)) + 3_600n
    const withdrawal = { channelId, party: 0, total: 250n, deadline } as const
    const both = (digest: `0x${string}`) => [a.signer.sign(digest), b.signer.sign(digest)] as const
    const drawn = { type: 'withdraw', terms, withdrawal, signatures: both(digests.withdrawal(withdrawal)) } as const
    expect(await execute(local, b.chain, drawn)).toBe(true)
    expect(await told.event('withdrawn')).toMatchObject({ party: 0, total: 250n })
    const close = { channelId, from: 0, amount: 50n, deadline } as const
    const closed = { type: 'close', terms, close, signatures: both(digests.close(close)) } as const
    expect(await execute(local, a.chain, closed)).toBe(true)
    expect(await told.event('closed')).toMatchObject({ paidA: 700n, paidB: 50n })
  })

  it('are made for others by their consent', async () => {
    const { a, b, terms, digests, channelId } = parties
    const relay = await parties.open(developmentSigner(parties.crypto, 5))
    const told = await follow()
    await execute(local, a.chain, deposit(10n))
    const consent = (id: `0x${string}`) => {
      const deadline = 4_000_000_000n
      const signature = a.signer.sign(digests.closeRequest({ ids: [id], deadline }))
      return { by: a.signer.address, deadline, signature }
    }
    expect(await execute(local, relay, { type: 'startClose', terms, request: consent(channelId) })).toBe(true)
    expect(await told.event('closeStarted')).toMatchObject({ channelId })
    const virtual = {
      path: [a.signer.address, b.signer.address],
      token: terms.token,
      capacity: 5n,
      disputeWindow: 60,
      nonce: newNonce(),
    }
    const virtualId = digests.virtualId(virtual)
    expect(await execute(local, relay, { type: 'closeVirtual', terms: virtual, request: consent(virtualId) })).toBe(
      true,
    )
    expect(await told.event('virtualUpdated')).toMatchObject({ virtualId, amount: 0n })
  })

  it('deposit tokens, allowing what is pulled', async () => {
    const { a, b } = parties
    const token = await deployToken(local, a.signer.address)
    const terms = { ...parties.terms, token }
    const { contract } = local.deployed
    const told = await follow()
    for (const [amount, total] of [
      [300n, 300n],
      [200n, 500n],
    ] as const) {
      expect(await execute(local, a.chain, { type: 'deposit', terms, party: 0, amount })).toBe(true)
      await told.until(() => told.events.some((event) => event.type === 'deposited' && event.total === total))
      expect(await allowanceOf(local, token, a.signer.address, contract)).toBe(0n)
    }
    const penniless = b.chain.prepare({ type: 'deposit', terms, party: 1, amount: 1n })
    await expect(penniless).rejects.toThrow(code('CHAIN_REVERTED'))
  })

  it('deposit tokens over an allowance that is left from before', async () => {
    const { a } = parties
    const token = await deployToken(local, a.signer.address)
    await allow(local, token, a.signer.address, local.deployed.contract, 10n)
    const terms = { ...parties.terms, token }
    expect(await execute(local, a.chain, { type: 'deposit', terms, party: 0, amount: 90n })).toBe(true)
  })

  it('deposit tokens all at once, each pulling what is its own, and hold up nothing else', async () => {
    const { a } = parties
    const token = await deployToken(local, a.signer.address)
    const terms = { ...parties.terms, token }
    const told = await follow()
    await local.rpc('anvil_setAutomine', false)
    const send = async (call: ChainCall): Promise<void> => a.chain.broadcast(await a.chain.prepare(call))
    const sent = [10n, 20n].map((amount) => send({ type: 'deposit', terms, party: 0, amount }))
    // Nothing is mined yet: the first waits for its allowance, and the second for the first.
    await send(deposit(1n))
    let isOver = false
    Promise.all(sent).finally(() => {
      isOver = true
    })
    while (!isOver) await local.mine()
    await Promise.all(sent)
    while (told.events.filter(({ type }) => type === 'deposited').length < 3) await local.mine()
    expect(told.events).toContainEqual(expect.objectContaining({ type: 'deposited', total: 30n }))
    expect(await allowanceOf(local, token, a.signer.address, local.deployed.contract)).toBeLessThanOrEqual(30n)
  })

  it('are refused before they are sent, with the reason of the contract and its values', async () => {
    const refused = parties.a.chain.prepare({ type: 'settle', terms: parties.terms, locks: [noLocks, noLocks] })
    await expect(refused).rejects.toThrow(code('CHAIN_REVERTED'))
    await expect(refused).rejects.toThrow(`NotClosing(${parties.channelId})`)
  })

  it('are refused when their sender cannot pay for them', async () => {
    const poor = await parties.open(parties.crypto.signer(new Uint8Array(32).fill(7)))
    await expect(poor.prepare(deposit(1n))).rejects.toThrow(code('CHAIN_FUNDS_TOO_LOW'))
    const tooMuch = parties.a.chain.prepare(deposit(10n ** 30n))
    await expect(tooMuch).rejects.toThrow(code('CHAIN_FUNDS_TOO_LOW'))
  })

  it('are refused when gas costs more than the limit', async () => {
    const thrifty = await parties.open(parties.a.signer, { maxFeePerGas: 1n })
    await local.rpc('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00')
    await local.mine()
    await expect(thrifty.prepare(deposit(1n))).rejects.toThrow(code('CHAIN_FEE_TOO_HIGH'))
  })

  it('take nonces one after the other, though prepared and sent all at once', async () => {
    const { chain } = parties.a
    await local.rpc('anvil_setAutomine', false)
    const prepared = await Promise.all(Array.from({ length: 8 }, (_, i) => chain.prepare(deposit(BigInt(i + 1)))))
    const first = prepared[0]?.nonce ?? 0
    expect(prepared.map(({ nonce }) => nonce)).toEqual(prepared.map((_, i) => first + i))
    await Promise.all(prepared.toReversed().map((transaction) => chain.broadcast(transaction)))
    expect(await chain.status(prepared[3] as never)).toEqual({ status: 'pending' })
    await local.mine()
    for (const transaction of prepared) {
      expect(await chain.status(transaction)).toMatchObject({ status: 'included', success: true })
    }
    const told = await follow()
    expect(await told.event('deposited')).toMatchObject({ total: 36n })
  })

  it('go on after another program used the same key', async () => {
    const other = await parties.open(parties.a.signer)
    const chain = await parties.open(parties.a.signer, { finality: { type: 'depth', blocks: 50 } })
    const mine = await chain.prepare(deposit(1n))
    await execute(local, other, deposit(2n))
    await expect(chain.broadcast(mine)).rejects.toThrow(code('CHAIN_NONCE_USED'))
    expect(await execute(local, chain, deposit(3n))).toBe(true)
    // Only a final block tells it for good.
    expect(await chain.status(mine)).toEqual({ status: 'pending' })
    await local.mine(60)
    expect(await chain.status(mine)).toEqual({ status: 'dropped' })
  })

  it('may be sent again without harm, in the pool or in the chain', async () => {
    const { chain } = parties.a
    await local.rpc('anvil_setAutomine', false)
    const prepared = await chain.prepare(deposit(7n))
    await chain.broadcast(prepared)
    await chain.broadcast(prepared)
    await local.mine()
    await chain.broadcast(prepared)
    const again = await parties.open(parties.a.signer)
    await again.broadcast(prepared)
    await local.mine()
    const told = await follow()
    expect(await told.event('deposited')).toMatchObject({ total: 7n })
  })

  it('offer more when they wait because gas became dear', async () => {
    const { chain } = parties.a
    await follow()
    await execute(local, chain, deposit(7n))
    await local.rpc('anvil_setAutomine', false)
    const prepared = await chain.prepare({ type: 'startClose', terms: parties.terms })
    await chain.broadcast(prepared)
    let mined = 0
    while ((await chain.status(prepared)).status === 'pending') {
      await local.rpc('anvil_setNextBlockBaseFeePerGas', '0x2540be400')
      await local.mine()
      expect(++mined).toBeLessThan(1_000)
    }
    expect(await chain.status(prepared)).toMatchObject({ status: 'included', success: true })
    // The first one could not have been included at this price.
    expect(await local.rpc('eth_getTransactionReceipt', prepared.hash)).toBeNull()
  })
})

/** Mines blocks in which gas is dear until something is so. */
async function mineDearly(isSo: () => Promise<boolean>): Promise<void> {
  for (let mined = 0; !(await isSo()); mined++) {
    if (mined > 2_000) throw new Error('still not so after 2000 blocks')
    await local.rpc('anvil_setNextBlockBaseFeePerGas', '0x2540be400')
    await local.mine()
  }
}

describe('a transaction that gas has outgrown', () => {
  it('is taken out of the way if it is a deposit, which is then prepared anew', async () => {
    const { chain } = parties.a
    const told = await follow()
    await local.rpc('anvil_setAutomine', false)
    const prepared = await chain.prepare(deposit(7n))
    await chain.broadcast(prepared)
    await mineDearly(async () => (await chain.status(prepared)).status === 'dropped')
    const again = await chain.prepare(deposit(7n))
    await chain.broadcast(again)
    await mineDearly(async () => (await chain.status(again)).status === 'included')
    expect(await told.event('deposited')).toMatchObject({ total: 7n })
  })

  it('does not hold up others after a restart, though nobody knows it any more', async () => {
    const before = await parties.open(parties.a.signer)
    await execute(local, before, deposit(7n))
    await local.rpc('anvil_setAutomine', false)
    await before.broadcast(await before.prepare({ type: 'startClose', terms: parties.terms }))
    const { chain } = parties.a
    await follow()
    await local.rpc('anvil_setNextBlockBaseFeePerGas', '0x2540be400')
    await local.mine()
    const prepared = await chain.prepare({ type: 'startClose', terms: parties.terms })
    await chain.broadcast(prepared)
    await mineDearly(async () => (await chain.status(prepared)).status === 'included')
  })
})

describe('following', () => {
  it('tells blocks in order, and when they are final', async () => {
    const told = await follow()
    await execute(local, parties.a.chain, deposit(5n))
    const { newest } = told
    await local.mine(4)
    await told.until(() => told.finalNumber >= newest)
    expect(told.events).toEqual([{ type: 'deposited', channelId: parties.channelId, party: 0, total: 5n }])
  })

  it('follows the tags of the node', async () => {
    const chain = await parties.open(parties.a.signer, { finality: { type: 'tag', tag: 'finalized' } })
    const told = await follow(chain)
    await local.mine(10)
    await told.until(() => told.newest - told.finalNumber === 2n && told.finalNumber > 5n)
  })

  it('begins after the block it is given', async () => {
    await execute(local, parties.a.chain, deposit(5n))
    const seen = BigInt(await local.rpc<string>('eth_blockNumber'))
    await execute(local, parties.b.chain, deposit(6n, 1))
    const told = await follow(parties.a.chain, seen)
    expect(told.events).toEqual([{ type: 'deposited', channelId: parties.channelId, party: 1, total: 6n }])
  })

  it('reads what lies far back in ranges, those with events and the newest', async () => {
    await execute(local, parties.a.chain, deposit(5n))
    await local.mine(250)
    await execute(local, parties.b.chain, deposit(6n, 1))
    await local.mine(100)
    const told = await follow(await parties.open(parties.a.signer, { rangeBlocks: 37 }))
    expect(told.events.map((event) => event.type === 'deposited' && event.total)).toEqual([5n, 6n])
    expect(told.newest).toBe(BigInt(await local.rpc<string>('eth_blockNumber')))
    expect(told.blocks.length).toBeLessThan(100)
  })

  it('takes back what a reorganisation undid, though no log says so', async () => {
    // So that the contract's own block stays.
    await local.mine(20)
    const chain = await parties.open(parties.a.signer, { finality: { type: 'depth', blocks: 15 } })
    const told = await follow(chain)
    await execute(local, chain, deposit(5n))
    await told.event('deposited')
    await local.mine(2)
    const height = BigInt(await local.rpc<string>('eth_blockNumber'))
    await told.until(() => told.newest === height)
    await local.rpc('anvil_reorg', 4, [])
    await local.mine()
    await told.until(() => told.told.some((news) => news.startsWith('rolledBack')))
    await told.until(() => told.newest === height + 1n)
    expect(told.events).toEqual([])
    // What was sent is sent again, until it is in the chain once more.
    while (told.events.length === 0) {
      await local.mine()
      await told.until(() => told.newest > height)
    }
    expect(told.events).toEqual([{ type: 'deposited', channelId: parties.channelId, party: 0, total: 5n }])
  })

  it('ends up with the chain as it is, however often it reorganises', async () => {
    await local.mine(20)
    const chain = await parties.open(parties.a.signer, { finality: { type: 'depth', blocks: 15 } })
    const told = await follow(chain)
    for (let round = 1; round <= 12; round++) {
      await executeAnew(local, chain, deposit(BigInt(round)))
      await local.mine(1 + (round % 3))
      await local.rpc('anvil_reorg', 1 + ((round * 7) % 6), [])
      if (round % 2 === 0) await local.mine(round % 5)
    }
    await local.mine()
    const head = await local.rpc<{ number: string; hash: string }>('eth_getBlockByNumber', 'latest', false)
    await told.until(() => told.blocks.at(-1)?.hash === head.hash)
    for (const { number, hash } of told.blocks) {
      const block = await local.rpc<{ hash: string }>('eth_getBlockByNumber', `0x${number.toString(16)}`, false)
      expect(block.hash).toBe(hash)
    }
    await expectSameStory(told)
  })

  it('raises the alarm when a final block is replaced, and tells nothing of it', async () => {
    const told = await follow(await parties.open(parties.a.signer, { finality: { type: 'depth', blocks: 1 } }))
    await local.mine(5)
    const height = BigInt(await local.rpc<string>('eth_blockNumber'))
    await told.until(() => told.finalNumber === height - 1n)
    await local.rpc('anvil_reorg', 4, [])
    await told.until(() => told.problem?.code === 'CHAIN_FINALITY_BROKEN')
    expect(told.newest).toBe(height)
  })
})

describe('a chain that goes away and comes back', () => {
  it.each(['http', 'ws'])('is told as a problem over %s, then goes on where it was', async (scheme) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-chain-'))
    const state = join(folder, 'state.json')
    const first = await startAnvil({ state })
    const signer = parties.a.signer
    const { contract } = await deploySluice({ url: first.url, signer })
    const chain = await parties.open(signer, { url: first.url.replace('http', scheme), contract })
    const told = new ChainRecorder()
    cleanups.push(
      () => rmSync(folder, { recursive: true }),
      () => chain.stop(),
    )
    await chain.start(undefined, told)
    const before = told.newest
    await first.stop()
    await told.until(() => told.problem?.code === 'CHAIN_UNREACHABLE')
    await expect(chain.prepare(deposit(1n))).rejects.toThrow(code('CHAIN_UNREACHABLE'))
    const second = await startAnvil({ state, port: first.port })
    cleanups.push(() => second.stop())
    await told.until(() => told.problem === undefined)
    const prepared = await chain.prepare(deposit(4n))
    await chain.broadcast(prepared)
    expect(await told.event('deposited')).toMatchObject({ total: 4n })
    expect(told.newest).toBeGreaterThan(before)
  })

  it('is followed rightly over a way that spoils every fifth answer', async () => {
    const random = seededRandom(20)
    await local.mine(20)
    const proxy = await startFaultyProxy(local.url, random.fraction)
    cleanups.push(() => proxy.stop())
    const chain = await parties.open(parties.a.signer, { url: proxy.url, finality: { type: 'depth', blocks: 15 } })
    const told = await follow(chain)
    await follow(parties.b.chain)
    proxy.faults = 1
    await local.mine()
    await told.until(() => told.problem !== undefined)
    proxy.faults = 0.2
    for (let round = 1; round <= 12; round++) {
      await executeAnew(local, parties.b.chain, deposit(BigInt(round), 1))
      if (round % 4 === 0) await local.rpc('anvil_reorg', 2, [])
      await local.mine(1 + (round % 3))
      const { number } = await local.rpc<{ number: string }>('eth_getBlockByNumber', 'latest', false)
      if (round % 5 === 0) await told.until(() => told.newest >= BigInt(number))
    }
    proxy.faults = 0
    await local.mine()
    const head = await local.rpc<{ hash: string }>('eth_getBlockByNumber', 'latest', false)
    await told.until(() => told.blocks.at(-1)?.hash === head.hash)
    await expectSameStory(told)
    expect(told.problem).toBeUndefined()
  })

  it('is told as a problem when it comes back without the blocks that were final', async () => {
    const first = await startAnvil()
    const signer = parties.a.signer
    const { contract } = await deploySluice({ url: first.url, signer })
    const chain = await parties.open(signer, { url: first.url, contract })
    const told = new ChainRecorder()
    cleanups.push(() => chain.stop())
    await chain.start(undefined, told)
    await first.mine(10)
    await told.until(() => told.finalNumber >= 5n)
    await first.stop()
    const second = await startAnvil({ port: first.port })
    cleanups.push(() => second.stop())
    // It began in the same second, or later.
    await told.until(() => ['CHAIN_BEHIND', 'CHAIN_RESTARTED'].includes(told.problem?.code ?? ''))
    await second.mine(20)
    await told.until(() => told.problem?.code === 'CHAIN_FINALITY_BROKEN')
  })
})
