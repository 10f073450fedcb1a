import type { Hex } from '@sluice/protocol'
import { HttpRequestError, RpcRequestError, TimeoutError, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { clientOf, type Rpc } from '../rpc/rpc.ts'
import { Standing } from './standing.ts'

const url = 'http://127.0.0.1:9'
const account = `0x${'11'.repeat(20)}` as const
const sent = { hash: `0x${'aa'.repeat(32)}`, raw: '0x02', nonce: 7 } as const

const refused = () => new RpcRequestError({ body: {}, url, error: { code: -32601, message: 'method not supported' } })
const unanswered = [
  ['times out', () => new TimeoutError({ body: {}, url })],
  ['fails', () => new HttpRequestError({ url, status: 502 })],
  ['asks for patience', () => new HttpRequestError({ url, status: 429 })],
] as const

type Answer = () => unknown

interface Shown {
  readonly receipt?: Answer
  readonly transaction?: Answer
  /** How many transactions of the account any block counts. Default: one more than before this one. */
  readonly count?: number
  /** The block in which a log of the transaction was read. */
  readonly logged?: bigint
}

/** An account's transactions, of which an endpoint says nothing but what is told of it. */
function standingOf({ receipt, transaction, count = 8, logged }: Shown): Standing {
  const nothing: Answer = () => null
  const block = (number: number) => ({ number: toHex(number), hash: `0x${'bb'.repeat(32)}`, transactions: [] })
  const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    eth_getTransactionReceipt: receipt ?? nothing,
    eth_getTransactionByHash: transaction ?? nothing,
    eth_getTransactionCount: () => toHex(count),
    eth_getBlockByNumber: ([of]) => block(typeof of === 'string' && of.startsWith('0x') ? Number(of) : 100),
  }
  const client = clientOf(async ({ method, params }) => answers[method]?.(params as readonly unknown[]))
  const rpc: Rpc = { url, client, reset: async () => {}, close: async () => {} }
  const blockOf = (hash: Hex) => (hash === sent.hash ? logged : undefined)
  return new Standing({
    rpc,
    account,
    finality: { type: 'depth', blocks: 5 },
    sightings: { blockOf, final: 95n },
    onReceipt: () => {},
  })
}

const failing = (error: () => Error): Answer => {
  return () => {
    throw error()
  }
}

describe.each([...unanswered, ['is refused', refused] as const])('a question for the receipt that %s', (_, error) => {
  it('keeps nothing back that the logs tell', async () => {
    const standing = standingOf({ receipt: failing(error), logged: 50n })
    expect(await standing.of([sent], true)).toEqual({ status: 'included', block: 50n, success: true })
    expect(await standing.isKnown(sent)).toBe(true)
  })
})

describe.each(unanswered)('a question for the receipt that %s', (_, error) => {
  it('is never taken for a transaction that is not there', async () => {
    for (const once of [true, false])
      await expect(standingOf({ receipt: failing(error) }).of([sent], once)).rejects.toThrow()
  })
})

describe.each(unanswered)('a question for the transaction that %s', (_, error) => {
  it('is never taken for one that is not there', async () => {
    const standing = standingOf({ transaction: failing(error) })
    for (const once of [true, false]) await expect(standing.of([sent], once)).rejects.toThrow()
    expect(await standing.isKnown(sent)).toBeUndefined()
  })
})

describe('an endpoint that shows no receipts', () => {
  it.each([
    ['refuses to', failing(refused)],
    ['says that there is none', () => null],
  ])('and %s leaves the nonce to say what waits, and what was dropped', async (_, receipt) => {
    expect(await standingOf({ receipt, count: 7 }).of([sent], true)).toEqual({ status: 'pending' })
    expect(await standingOf({ receipt }).of([sent], true)).toEqual({ status: 'dropped' })
    expect(await standingOf({ receipt }).isKnown(sent)).toBe(false)
  })

  it('and has the transaction in a block, without a log, has one that reverted', async () => {
    const transaction = () => ({ hash: sent.hash, blockNumber: '0x32', blockHash: sent.hash, transactionIndex: '0x0' })
    const found = await standingOf({ transaction }).of([sent], true)
    expect(found).toEqual({ status: 'included', block: 50n, success: false })
  })
})
