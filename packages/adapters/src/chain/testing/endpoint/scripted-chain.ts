import type { Hex } from '@sluice/protocol'
import { keccak256, toHex } from 'viem'
import { Failure, quantity, type RawBlock, type RawLog, type Source } from './wire.ts'

const word = (text: string): Hex => keccak256(toHex(text))

/** All that JSON-RPC says of a block besides. */
const REST = {
  transactions: [],
  uncles: [],
  gasLimit: '0x2540be400',
  gasUsed: '0x0',
  baseFeePerGas: '0x64',
  size: '0x1',
  difficulty: '0x0',
  totalDifficulty: '0x0',
  extraData: '0x',
  logsBloom: `0x${'ff'.repeat(256)}`,
  nonce: '0x0000000000000000',
  miner: `0x${'00'.repeat(20)}`,
  mixHash: word('mix'),
  receiptsRoot: word('receipts'),
  sha3Uncles: word('uncles'),
  stateRoot: word('state'),
  transactionsRoot: word('transactions'),
}

/** What a log of a scripted block says. */
export type ScriptedLog = Pick<RawLog, 'topics' | 'data'>

/**
 * A chain that a test writes block by block, with heights of its choice: no process behind it. What it is asked besides blocks and logs,
 * `answers` answers, by method.
 */
export class ScriptedChain implements Source {
  readonly answers: Record<string, (params: readonly unknown[]) => unknown>
  readonly #contract: Hex
  #blocks: RawBlock[] = []
  readonly #logs = new Map<Hex, RawLog[]>()

  constructor(contract: Hex, answers: Record<string, (params: readonly unknown[]) => unknown> = {}) {
    this.#contract = contract
    this.answers = answers
  }

  get newest(): RawBlock {
    const newest = this.#blocks.at(-1)
    if (newest === undefined) throw new Error('the scripted chain has no block yet')
    return newest
  }

  /** Puts a block at this height on top. `branch` tells it from another one at the same height. */
  push(height: number, { branch = '', logs = [] }: { branch?: string; logs?: readonly ScriptedLog[] } = {}): RawBlock {
    const parentHash = this.#blocks.at(-1)?.hash ?? word('genesis')
    const hash = word(`${parentHash}/${height}/${branch}`)
    const timestamp = quantity(1_700_000_000 + 30 * height)
    const block = { ...REST, number: quantity(height), hash, parentHash, timestamp }
    this.#blocks.push(block)
    this.#logs.set(
      hash,
      logs.map((log, i) => this.#logOf(block, log, i)),
    )
    return block
  }

  /** Blocks at all these heights. */
  pushAll(from: number, to: number, branch = ''): void {
    for (let height = from; height <= to; height++) this.push(height, { branch })
  }

  /** Takes the newest blocks away. */
  pop(count = 1): void {
    this.#blocks.splice(this.#blocks.length - count)
  }

  async head(): Promise<{ index: number; hash: Hex }> {
    return { index: this.#blocks.length - 1, hash: this.newest.hash }
  }

  async blocks(from: number, to: number): Promise<readonly RawBlock[]> {
    return this.#blocks.slice(from, to + 1)
  }

  async logs(blockHash: Hex): Promise<readonly RawLog[]> {
    return this.#logs.get(blockHash) ?? []
  }

  async ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = this.answers[method]
    if (answer === undefined) throw new Failure(-32601, `method '${method}' not found`)
    return answer(params)
  }

  #logOf({ hash, number }: RawBlock, { topics, data }: ScriptedLog, index: number): RawLog {
    return {
      address: this.#contract,
      topics,
      data,
      blockHash: hash,
      blockNumber: number,
      transactionHash: word(`${hash}/transaction/${index}`),
      transactionIndex: quantity(index),
      logIndex: quantity(index),
    }
  }
}
