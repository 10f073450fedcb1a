import { seededRandom } from '@sluice/engine/testing'
import type { Hex } from '@sluice/protocol'
import { Pool } from './pool.ts'
import { ShownLogs } from './shown-logs.ts'
import type { Switches } from './switches.ts'
import { type ShownBlock, View } from './view.ts'
import { Failure, type Question, quantity, type RawBlock, type Source } from './wire.ts'

type Params = readonly unknown[]

/** What an answer says of the block that something is in. */
interface InBlock {
  readonly blockHash: Hex | null
}

/** Answers question by question, as the switches say. */
export class Answers {
  readonly #source: Source
  readonly #switches: Switches
  readonly #view: View
  readonly #logs: ShownLogs
  readonly #pool: Pool

  constructor(source: Source, switches: Switches, seed: number) {
    this.#source = source
    this.#switches = switches
    this.#view = new View(source, switches, seed)
    this.#logs = new ShownLogs(source, this.#view, switches, seed)
    this.#pool = new Pool(source, switches, seededRandom(seed).fork('pool'))
  }

  async answer({ id, method, params = [] }: Question): Promise<object> {
    try {
      return { jsonrpc: '2.0', id, result: (await this.#resultOf(method, params)) ?? null }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure
      const { code, message, data, status } = failure
      const error = { code, message, ...(data !== undefined && { data }) }
      return { jsonrpc: '2.0', id, error, ...(status !== 200 && { status }) }
    }
  }

  #resultOf(method: string, params: Params): Promise<unknown> {
    switch (method) {
      case 'eth_blockNumber':
        return this.#newest().then(({ height }) => quantity(height))
      case 'eth_getBlockByNumber':
        return this.#blockByNumber(params[0] as string)
      case 'eth_getBlockByHash':
        return this.#blockByHash(params[0] as Hex)
      case 'eth_getLogs':
        return this.#logs.answer(params[0] as object)
      case 'eth_getTransactionReceipt':
      case 'eth_getTransactionByHash':
        return this.#included(method, params)
      case 'eth_estimateGas':
        return this.#estimate(params)
      case 'eth_sendRawTransaction':
        return this.#pool.send(params[0] as Hex)
      case 'eth_getTransactionCount':
      case 'eth_getBalance':
      case 'eth_getCode':
      case 'eth_call':
        return this.#at(method, params)
      default:
        return this.#source.ask(method, params)
    }
  }

  async #newest(): Promise<ShownBlock> {
    const newest = (await this.#view.blocks()).at(-1)
    if (newest === undefined) throw new Failure(-32000, 'there is no block')
    return newest
  }

  async #blockByNumber(of: string): Promise<RawBlock | null> {
    const blocks = await this.#view.blocks()
    const tagged = { latest: 0, pending: 0, safe: 1, finalized: 2, earliest: blocks.length - 1 }[of]
    if (tagged !== undefined) return shown(blocks[Math.max(0, blocks.length - 1 - tagged)])
    const height = Number(of)
    const found = blocks.find((block) => block.height === height)
    if (found !== undefined) return shown(found)
    const { nullRoundStyle } = this.#switches
    if (nullRoundStyle === 'null') return null
    if (height > (blocks.at(-1)?.height ?? 0)) throw new Failure(1, "requested a future epoch (beyond 'latest')")
    if (nullRoundStyle === 'older-lotus') throw new Failure(1, 'requested epoch was a null round')
    throw new Failure(12, `requested epoch was a null round (${height})`, { data: { Epoch: height } })
  }

  async #blockByHash(hash: Hex): Promise<RawBlock | null> {
    const newest = await this.#newest()
    const found = this.#view.byHash(hash)
    if (found !== undefined && found.index <= newest.index) return shown(found)
    if (this.#switches.nullRoundStyle === 'null') return null
    throw new Failure(1, `failed to get tipset by hash: ipld: could not find ${hash}`)
  }

  /** A receipt or a transaction, with the height that its block has here. */
  async #included(method: string, params: Params): Promise<unknown> {
    const { receipts, receiptsLateBlocks } = this.#switches
    if (receipts === 'never') return null
    const found = (await this.#source.ask(method, params)) as (InBlock & object) | null
    if (found?.blockHash == null) return receipts === 'late' ? null : found
    const newest = await this.#newest()
    const block = this.#view.byHash(found.blockHash)
    const isKnown = block !== undefined && block.index <= newest.index
    if (!isKnown || (receipts === 'late' && newest.index - block.index < receiptsLateBlocks)) return null
    return { ...found, blockNumber: quantity(block.height) }
  }

  async #estimate(params: Params): Promise<unknown> {
    const { estimate } = this.#switches
    if (estimate === 'refused') throw new Failure(1, 'refusing explicit call due to state fork at epoch')
    if (typeof estimate === 'object' && 'is' in estimate) return quantity(estimate.is)
    const honestly = BigInt((await this.#source.ask('eth_estimateGas', params.slice(0, 1))) as Hex)
    if (estimate === 'honest') return quantity(honestly)
    return quantity(BigInt(Math.floor(Number(honestly) * estimate.times)))
  }

  /** As of a block: the chain's own number of the one that stands at this height, or below where none does. */
  async #at(method: string, params: Params): Promise<unknown> {
    const [first, of = 'latest'] = params as readonly [unknown, string?]
    if (of === 'pending') return this.#source.ask(method, [first, of])
    const blocks = await this.#view.blocks()
    const height = of.startsWith('0x') ? Number(of) : Number.POSITIVE_INFINITY
    if (of.startsWith('0x') && height > (blocks.at(-1)?.height ?? 0)) {
      throw new Failure(1, "requested a future epoch (beyond 'latest')")
    }
    const block = blocks.findLast((one) => one.height <= height)
    return this.#source.ask(method, [first, block === undefined ? of : block.isOwn ? 'latest' : quantity(block.index)])
  }
}

const shown = (block: ShownBlock | undefined): RawBlock | null =>
  block === undefined ? null : { ...block.raw, number: quantity(block.height) }
