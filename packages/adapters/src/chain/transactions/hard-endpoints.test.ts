import type { Chain, ChainCall, PreparedTransaction } from '@sluice/engine'
import { parseTransaction } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalChain, startLocalChain } from '../../local-chain/index.ts'
import { startTestEndpoint, type TestEndpoint } from '../testing/endpoint/endpoint.ts'
import type { Switches } from '../testing/endpoint/switches.ts'
import { ChainRecorder } from '../testing/recorder.ts'
import { createTwoParties, noLocks, type TwoParties } from '../testing/two-parties.ts'

let local: LocalChain
let parties: TwoParties
let endpoint: TestEndpoint
let chain: Chain
let told: ChainRecorder

const cleanups: (() => unknown)[] = []
const code = (name: string): unknown => expect.objectContaining({ code: name })

beforeEach(async () => {
  local = await startLocalChain({ chainId: 31_337 })
  parties = await createTwoParties(local)
  cleanups.push(() => local.stop())
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** The first party's chain over an endpoint that is hard to deal with. */
async function open(switches: Partial<Switches>): Promise<void> {
  endpoint = await startTestEndpoint({ source: local.url, switches })
  chain = await parties.open(parties.a.signer, { url: endpoint.url })
  told = new ChainRecorder()
  cleanups.push(
    () => endpoint.stop(),
    () => chain.stop(),
  )
  await chain.start(undefined, told)
}

const deposit = (amount: bigint): ChainCall => ({ type: 'deposit', terms: parties.terms, party: 0, amount })

async function send(call: ChainCall) {
  const prepared = await chain.prepare(call)
  await chain.broadcast(prepared)
  return prepared
}

/** Mines until it is so. */
async function mineUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let mined = 0; !(await isSo()); mined++) {
    if (mined > 500) throw new Error('still not so after 500 blocks')
    await local.mine()
  }
}

describe('an endpoint that never shows a receipt', () => {
  it('has its transactions judged by what they logged', async () => {
    await open({ receipts: 'never' })
    const prepared = await send(deposit(5n))
    await told.event('deposited')
    expect(await chain.status(prepared)).toMatchObject({ status: 'included', success: true })
  })

  it('has one that reverted judged by the nonce, as it logged nothing', async () => {
    await open({ receipts: 'never' })
    await send(deposit(5n))
    await told.event('deposited')
    await local.rpc('anvil_setAutomine', false)
    const startClose: ChainCall = { type: 'startClose', terms: parties.terms }
    const [first, second] = [await chain.prepare(startClose), await chain.prepare(startClose)]
    for (const prepared of [first, second]) await chain.broadcast(prepared)
    await local.mine()
    await told.event('closeStarted')
    const { status } = await local.rpc<{ status: string }>('eth_getTransactionReceipt', second.hash)
    expect(status).toBe('0x0')
    expect(await chain.status(first)).toMatchObject({ status: 'included', success: true })
    // A block that shows the nonce used may be undone: so it waits until some lie on top.
    expect(await chain.status(second)).toEqual({ status: 'pending' })
    await local.mine(5)
    expect(await chain.status(second)).toEqual({ status: 'dropped' })
  })

  it('does not keep a token deposit waiting for its approval', async () => {
    const { deployToken } = await import('../testing/token.ts')
    await open({ receipts: 'never' })
    const token = await deployToken(local, parties.a.signer.address)
    const terms = { ...parties.terms, token }
    await chain.allow?.({ type: 'deposit', terms, party: 0, amount: 30n })
    await send({ type: 'deposit', terms, party: 0, amount: 30n })
    expect(await told.event('deposited')).toMatchObject({ total: 30n })
  })
})

describe('an endpoint that loses transactions', () => {
  it('is sent them again until it keeps them', async () => {
    await open({ loses: 1 })
    const prepared = await send({ type: 'deposit', terms: parties.terms, party: 0, amount: 5n })
    expect(await chain.status(prepared)).toEqual({ status: 'pending' })
    endpoint.switches.loses = 0
    await mineUntil(async () => (await chain.status(prepared)).status === 'included')
    await told.event('deposited')
    expect(told.events).toHaveLength(1)
  })

  it('or says so of one that it took is believed in what it shows', async () => {
    await open({ deniesTaken: 1 })
    const prepared = await send(deposit(5n))
    await told.event('deposited')
    expect(await chain.status(prepared)).toMatchObject({ status: 'included', success: true })
  })
})

describe('an endpoint that wants more than it says', () => {
  it('is offered more each time, until it takes it', async () => {
    await open({ priorityMin: 3_000_000_000n })
    let refusals = 0
    for (let sent = false; !sent; ) {
      sent = await send(deposit(5n)).then(
        () => true,
        (error: unknown) => {
          expect(error).toEqual(code('CHAIN_NOT_SENT'))
          expect(++refusals).toBeLessThan(20)
          return false
        },
      )
    }
    expect(refusals).toBeGreaterThan(0)
    await told.event('deposited')
  })

  it('is never offered more than the limit', async () => {
    await open({ priorityMin: 10n ** 18n })
    const thrifty = await parties.open(parties.a.signer, { url: endpoint.url, maxFeePerGas: 5_000_000_000n })
    cleanups.push(() => thrifty.stop())
    for (let i = 0; i < 12; i++) {
      const prepared = await thrifty.prepare(deposit(5n))
      await expect(thrifty.broadcast(prepared)).rejects.toThrow(code('CHAIN_NOT_SENT'))
    }
  })
})

describe('a transaction in the place of one that waits', () => {
  it('leaves the place taken where it is refused itself', async () => {
    await open({ loses: 1 })
    const first = await send(deposit(5n))
    endpoint.switches.pendingMax = 0
    const second = await chain.prepare(deposit(6n), { instead: first })
    expect(second.nonce).toBe(first.nonce)
    await expect(chain.broadcast(second)).rejects.toThrow(code('CHAIN_QUEUE_FULL'))
    expect((await chain.prepare(deposit(7n))).nonce).toBe(first.nonce + 1)
  })

  it('is offered more than that one, and no more than the limit', async () => {
    await open({})
    await local.rpc('anvil_setAutomine', false)
    const limit = 10_000_000_000n
    const thrifty = await parties.open(parties.a.signer, { url: endpoint.url, maxFeePerGas: limit })
    cleanups.push(() => thrifty.stop())
    const offered: bigint[] = []
    const displace = async () => {
      for (let waits: PreparedTransaction | undefined; ; ) {
        waits = await thrifty.prepare(deposit(5n), waits && { instead: waits })
        await thrifty.broadcast(waits)
        offered.push(parseTransaction(waits.raw).maxFeePerGas ?? 0n)
      }
    }
    await expect(displace()).rejects.toThrow(code('CHAIN_FEE_TOO_HIGH'))
    expect(offered.length).toBeGreaterThan(2)
    expect(offered.every((fee, at) => fee <= limit && fee > (offered[at - 1] ?? 0n))).toBe(true)
  })
})

describe('an endpoint that estimates no gas, or absurdly', () => {
  it.each([
    ['refuses', 'refused'],
    ['says nothing is needed', { is: 0n }],
    ['says one unit', { is: 1n }],
    ['says more than a chain has', { is: 10n ** 15n }],
  ] as const)('and %s holds up no call', async (_, estimate) => {
    await open({ estimate })
    await send(deposit(5n))
    await told.event('deposited')
    await send({ type: 'startClose', terms: parties.terms })
    await told.event('closeStarted')
  })

  it('and says too little has the call sent with more, once it ran out', async () => {
    await open({ estimate: { times: 0.5 } })
    const first = await send(deposit(5n))
    expect(await chain.status(first)).toMatchObject({ status: 'included', success: false })
    // Asked about it again, it has learnt nothing more.
    await chain.status(first)
    const second = await send(deposit(5n))
    expect(await chain.status(second)).toMatchObject({ status: 'included', success: true })
    expect(await told.event('deposited')).toMatchObject({ total: 5n })
  })

  it('still keeps back what would revert', async () => {
    await open({ estimate: 'refused' })
    const refused = chain.prepare({ type: 'settle', terms: parties.terms, locks: [noLocks, noLocks] })
    await expect(refused).rejects.toThrow(code('CHAIN_REVERTED'))
  })
})

describe('an endpoint with little room', () => {
  it('says so, by an error of its own, and takes on once there is room', async () => {
    await open({ pendingMax: 10 })
    await local.rpc('anvil_setAutomine', false)
    for (let i = 1; i <= 10; i++) await send(deposit(BigInt(i)))
    await expect(send(deposit(11n))).rejects.toThrow(code('CHAIN_QUEUE_FULL'))
    await local.mine()
    await send(deposit(11n))
    await local.mine()
    await told.until(() => told.events.length === 11)
  })

  it('is sent nothing larger than the chain takes', async () => {
    await open({ estimate: { is: 1_000_000n } })
    const lock = { slot: 0, amount: 1n, resolver: parties.a.signer.address, id: parties.channelId, side: 0 }
    const proof = Array.from({ length: 10 }, () => parties.channelId)
    const locks = Array.from({ length: 400 }, () => ({ ...lock, proof }))
    const call: ChainCall = { type: 'unlock', terms: parties.terms, lane: 0, locked: 1n, locks }
    await expect(chain.prepare(call)).rejects.toThrow(code('CHAIN_CALL_TOO_LARGE'))
  })
})
