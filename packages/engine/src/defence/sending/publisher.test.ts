import { type Hex, type Id, NATIVE_TOKEN, SluiceError, ZERO_HASH } from '@sluice/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPolicy } from '../../policy/policy.ts'
import type { Chain, ChainCall, PreparedTransaction, PrepareTerms, TransactionStatus } from '../../ports/chain.ts'
import type { Notification } from '../../ports/views.ts'
import { callGas } from '../batches/call-gas.ts'
import { GasPrices } from '../batches/gas-prices.ts'
import type { Goal } from '../goals/goal.ts'
import { Publisher } from './publisher.ts'
import { Sender } from './sender.ts'

const idOf = (n: number): Id => `0x${n.toString(16).padStart(64, '0')}`
const address: Hex = `0x${'11'.repeat(20)}`
const signature: Hex = `0x${'00'.repeat(65)}`

interface Sent {
  readonly call: ChainCall
  readonly terms: PrepareTerms
  readonly transaction: PreparedTransaction
}

/** A chain that includes nothing unless it is told to, and counts what it is asked. */
class WaitingChain implements Pick<Chain, 'prepare' | 'broadcast' | 'includedCount' | 'status' | 'gasPrice'> {
  price = 1n
  /** How many times what a call takes it is estimated at. */
  estimate = 1n
  included = 0
  tries = 0
  failure: Error | undefined
  /** What it waits for before it tells its count. */
  answer: Promise<void> | undefined
  found: TransactionStatus = { status: 'pending' }
  readonly asked: string[] = []
  readonly sent: Sent[] = []

  async gasPrice(): Promise<bigint> {
    this.asked.push('gasPrice')
    return this.price
  }

  async includedCount(): Promise<number> {
    this.asked.push('includedCount')
    await this.answer
    return this.included
  }

  async prepare(call: ChainCall, terms: PrepareTerms = {}) {
    this.tries += 1
    if (this.failure !== undefined) throw this.failure
    const cost = BigInt(callGas(call)) * this.price * this.estimate
    if (terms.worth !== undefined && cost > terms.worth) {
      const tooDear = { message: 'it costs {cost}', action: 'Wait.' }
      throw new SluiceError('CHAIN_TOO_DEAR', tooDear, { call: call.type, cost, worth: terms.worth })
    }
    const nonce = terms.instead?.nonce ?? this.sent.length
    const hash: Hex = `0x${this.sent.length.toString(16)}`
    const transaction = { hash, raw: hash, nonce }
    this.sent.push({ call, terms, transaction })
    return { ...transaction, cost }
  }

  async broadcast(): Promise<void> {}

  async status(): Promise<TransactionStatus> {
    this.asked.push('status')
    return this.found
  }
}

const reverted = new SluiceError('CHAIN_REVERTED', { message: 'the contract refuses it', action: 'Look at it.' })
let chain: WaitingChain
let publisher: Publisher
let told: Notification[]
let time: bigint
let number: bigint
let warned: string[]
let isJoinable: boolean

beforeEach(() => {
  chain = new WaitingChain()
  told = []
  time = 0n
  number = 0n
  warned = []
  isJoinable = true
  publisher = new Publisher({
    chain,
    sender: new Sender(),
    log: { debug() {}, info() {}, warn: (message) => void warned.push(message), error() {} },
    notify: (notification) => told.push(notification),
    policy: createPolicy('development', { worthMin: 100, callsPendingMax: 2 }),
    knowledge: {
      contract: address,
      locksOf: () => {
        if (!isJoinable) throw new Error('unreadable')
        return undefined
      },
      complete: ({ call }) => call,
      isMissed: ({ deadline }) => deadline !== undefined && deadline <= time,
      lossOf: ({ value }) => value,
    },
    gasPrices: new GasPrices(chain, () => Number(time) * 1000),
  })
})

/** Lets a block come, and all that follows from it happen. */
async function block(at: bigint): Promise<void> {
  time = at
  number += 1n
  publisher.block({ number, timestamp: at }, 0n)
  await new Promise<void>((resolve) => setImmediate(resolve))
}

async function blocks(from: bigint, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await block(from + BigInt(i))
}

function redeem(n: number, value: bigint, deadline: bigint): Goal {
  const terms = { path: [address, address], token: NATIVE_TOKEN, capacity: 9n, disputeWindow: 60, nonce: BigInt(n) }
  const voucher = { virtualId: idOf(n), amount: 1n, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
  return {
    id: idOf(n),
    key: 'redeem',
    call: { type: 'redeem', terms, signed: { voucher, signature } },
    value,
    deadline,
  }
}

/** An answer to a close. */
function show(n: number, value: bigint, deadline: bigint): Goal {
  const { terms } = unlock(n, value).call as ChainCall & { readonly type: 'unlock' }
  const part = { channelId: idOf(n), lane: 0, seq: 1n, paid: 1n, locked: 0n, locksRoot: ZERO_HASH } as const
  const call: ChainCall = { type: 'updateLane', terms, voucher: { voucher: part, payerSignature: signature } }
  return { id: idOf(n), key: 'updateLane', call, value, deadline, isAnswer: true }
}

function unlock(n: number, value: bigint): Goal {
  const party = { account: address, signer: address }
  const terms = { a: party, b: party, token: NATIVE_TOKEN, disputeWindow: 60, nonce: BigInt(n) }
  const locks = [{ slot: 0, amount: 1n, resolver: address, id: idOf(n), side: 0, proof: [] }]
  return { id: idOf(n), key: 'unlock', call: { type: 'unlock', terms, lane: 0, locked: 1n, locks }, value }
}

function want(...goals: readonly Goal[]): void {
  for (const goal of goals) publisher.setGoals(goal.id, [goal])
}

const kinds = () => chain.sent.map(({ call }) => call.type)

describe('what is to be done on chain', () => {
  it('waits until gas is cheap enough for what it is worth', async () => {
    chain.price = 10n
    await block(9n)
    want(redeem(1, 100_000n, 1_000n))
    await block(10n)
    chain.sent.length = 0
    want(redeem(2, 100_000n, 1_000n))
    await block(11n)
    expect(kinds()).toEqual([])
    expect(publisher.view().waiting).toContainEqual(
      expect.objectContaining({ id: idOf(2), call: 'redeem', value: 100_000n }),
    )
    expect(publisher.problemOf(idOf(2))).toMatch(/costs more than it is worth/)
    chain.price = 2n
    await block(20n)
    expect(chain.sent.length).toBeGreaterThan(0)
    for (const { terms } of chain.sent) expect(terms.worth).toBeGreaterThanOrEqual(100_000n)
  })

  it('is tried again once a wrong estimate was long ago, and not at each block while it is right', async () => {
    chain.estimate = 10n ** 6n
    want(redeem(1, 100_000n, 5_000n))
    await blocks(10n, 20)
    expect(kinds()).toEqual([])
    expect(chain.tries).toBeLessThan(4)
    chain.estimate = 1n
    await blocks(30n, 40)
    expect(kinds()).toEqual(['redeem'])
  })

  it('is booked as a loss where that comes too late', async () => {
    chain.price = 10n
    await block(9n)
    want(redeem(1, 1n, 5_000n))
    await block(10n)
    want(redeem(2, 90_000n, 30n))
    await blocks(29n, 2)
    publisher.setGoals(idOf(2), [])
    expect(publisher.view().lost).toEqual({ count: 1, value: 90_000n })
    expect(told).toContainEqual({ type: 'loss', id: idOf(2), call: 'redeem', value: 90_000n })
  })

  it('goes together, and asks the chain two things a block, however much waits', async () => {
    want(...Array.from({ length: 40 }, (_, n) => redeem(n, 10n ** 6n, 1_000n)))
    await block(10n)
    expect(kinds()).toEqual(['redeemGroup'])
    chain.asked.length = 0
    await blocks(11n, 4)
    expect(chain.asked).not.toContain('status')
    expect(chain.asked.length).toBeLessThanOrEqual(8)
  })

  it('gives the place of what can wait to what cannot and brings more', async () => {
    want(redeem(1, 100_000n, 5_000n))
    await block(10n)
    want(redeem(2, 120_000n, 5_000n))
    await block(11n)
    expect(chain.sent).toHaveLength(2)
    want(redeem(3, 10n ** 9n, 100n))
    await block(12n)
    const [first, , third] = chain.sent
    expect(third?.call).toMatchObject({ terms: { nonce: 3n } })
    expect(third?.terms.instead).toEqual(first?.transaction)
    expect(publisher.view()).toMatchObject({ pending: 2, waiting: [{ id: idOf(1) }] })
  })

  it('that is an answer leaves their places to those who must go sooner, unless it can wait no more itself', async () => {
    want(redeem(1, 100_000n, 500n))
    await block(10n)
    want(redeem(2, 120_000n, 500n))
    await block(11n)
    want(show(3, 10n ** 9n, 86_400n), show(4, 10n ** 8n, 600n))
    await block(12n)
    expect(chain.sent).toHaveLength(2)
    await block(480n)
    expect(chain.sent).toHaveLength(2)
    await block(599n)
    expect(chain.sent).toHaveLength(3)
    expect(chain.sent[2]).toMatchObject({ call: { type: 'updateLane' }, terms: { instead: { nonce: 0 } } })
  })

  it('takes the place of what nobody wants any more', async () => {
    want(redeem(1, 100_000n, 500n))
    await block(10n)
    want(redeem(2, 120_000n, 500n))
    await block(11n)
    publisher.setGoals(idOf(2), [])
    want(redeem(3, 110_000n, 600n))
    await block(12n)
    expect(chain.sent[2]?.terms.instead?.nonce).toBe(1)
  })

  it('is tried again after pauses that grow, in the same company where nothing says that it is to blame', async () => {
    chain.failure = new Error('no')
    want(redeem(1, 10n ** 6n, 5_000n), redeem(2, 10n ** 6n, 5_000n))
    await blocks(10n, 8)
    expect(publisher.problemOf(idOf(1))).toBe('redeem: no')
    expect(chain.tries).toBeLessThan(12)
    chain.failure = undefined
    await blocks(20n, 6)
    expect(kinds()).toEqual(['redeemBatch'])
  })

  it('is tried alone where its company was refused by the contract', async () => {
    chain.failure = reverted
    want(redeem(1, 10n ** 6n, 5_000n), redeem(2, 10n ** 6n, 5_000n))
    await block(10n)
    chain.failure = undefined
    await blocks(11n, 3)
    expect(kinds()).toEqual(['redeem', 'redeem'])
  })

  it('is tried alone where its company reverted in a block, and in company again after a while', async () => {
    want(redeem(1, 10n ** 6n, 5_000n), redeem(2, 10n ** 6n, 5_000n))
    await block(10n)
    expect(kinds()).toEqual(['redeemBatch'])
    chain.included = 1
    chain.found = { status: 'included', block: 1n, success: false }
    await block(11n)
    chain.price = 10n ** 6n
    await blocks(12n, 12)
    chain.price = 1n
    await block(30n)
    expect(kinds()).toEqual(['redeemBatch', 'redeemBatch'])
  })

  it('is planned again where the transaction that carried it is final and did nothing for it', async () => {
    want(redeem(1, 10n ** 6n, 5_000n))
    await block(10n)
    chain.included = 1
    chain.found = { status: 'included', block: 0n, success: true }
    await blocks(11n, 4)
    expect(kinds().length).toBeGreaterThan(1)
    expect(told).toContainEqual(expect.objectContaining({ type: 'transaction', status: 'final' }))
  })

  it('takes the place of no transaction whose nonce a block has used', async () => {
    want(redeem(1, 100_000n, 5_000n))
    await block(10n)
    want(redeem(2, 120_000n, 5_000n))
    await block(11n)
    want(redeem(3, 10n ** 9n, 100n))
    chain.included = 1
    await block(12n)
    expect(chain.sent).toHaveLength(3)
    expect(chain.sent[2]?.terms.instead).toBeUndefined()
  })

  it('is sent while the chain is asked where the others stand, and takes the place of none meanwhile', async () => {
    want(redeem(1, 100_000n, 5_000n))
    await block(10n)
    let goOn = () => {}
    chain.answer = new Promise((resolve) => {
      goOn = resolve
    })
    await block(11n)
    want(redeem(2, 120_000n, 5_000n))
    await block(12n)
    expect(chain.sent).toHaveLength(2)
    want(redeem(3, 10n ** 9n, 100n))
    await block(13n)
    expect(chain.sent).toHaveLength(2)
    goOn()
    await block(14n)
    expect(chain.sent.map(({ terms }) => terms.instead?.nonce)).toEqual([undefined, undefined, 0])
  })

  it.each(['CHAIN_NONCE_USED', 'CHAIN_FEE_TOO_HIGH'])(
    'takes the place of no other, and waits for one, at %s',
    async (why) => {
      want(redeem(1, 100_000n, 5_000n))
      await block(10n)
      want(redeem(2, 120_000n, 5_000n))
      await block(11n)
      want(redeem(3, 10n ** 9n, 100n))
      chain.failure = new SluiceError(why, { message: 'it may not', action: 'Look.' })
      chain.tries = 0
      await block(12n)
      expect(chain.tries).toBe(2)
      expect(publisher.problemOf(idOf(3))).toBeUndefined()
      chain.failure = undefined
      await block(13n)
      expect(chain.sent).toHaveLength(2)
      chain.included = 1
      await block(14n)
      expect(chain.sent).toHaveLength(3)
      expect(chain.sent[2]?.terms.instead).toBeUndefined()
    },
  )

  it('goes alone where joining it with others fails, which keeps nothing else from going', async () => {
    isJoinable = false
    want(unlock(1, 10n ** 6n), redeem(2, 10n ** 6n, 5_000n))
    await block(10n)
    expect(kinds().toSorted()).toEqual(['redeem', 'unlock'])
    expect(warned).toEqual(['calls not joined'])
  })

  it('goes on after what could not be planned', async () => {
    const broken = {
      ...redeem(1, 10n ** 6n, 5_000n),
      get call(): ChainCall {
        throw new Error('unreadable')
      },
    }
    want(redeem(2, 10n ** 6n, 5_000n))
    publisher.setGoals(broken.id, [broken])
    await block(10n)
    expect(warned).toContain('calls not sent')
    publisher.setGoals(broken.id, [])
    await block(11n)
    expect(kinds()).toEqual(['redeem'])
  })

  it('is sent again when its transaction was lost, and not while one that does it waits', async () => {
    want(redeem(1, 10n ** 6n, 5_000n))
    await blocks(10n, 4)
    expect(kinds()).toEqual(['redeem'])
    chain.included = 1
    chain.found = { status: 'dropped' }
    await block(20n)
    expect(kinds()).toEqual(['redeem', 'redeem'])
  })
})
