import type { ChainEvent, ChainHandler, Clock, Log as EngineLog } from '@sluice/engine'
import type { Address, Hex } from '@sluice/protocol'
import { type Block, BlockNotFoundError, type Log } from 'viem'
import { getBlock, getLogs } from 'viem/actions'
import { ChainError } from '../errors.ts'
import { type Rpc, rpcError } from '../rpc.ts'
import { eventOf } from './events.ts'
import { type Finality, finalNumber } from './finality.ts'
import { logsBetween } from './logs.ts'

/** Blocks below the head that are followed one by one, by their hashes; older ones are read in ranges. */
const LINKED_BLOCKS = 64n
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000

export interface FollowerOptions {
  readonly rpc: Rpc
  readonly contract: Address
  readonly finality: Finality
  readonly clock: Clock
  readonly pollMs: number
  readonly rangeBlocks: number
  /** The block before the contract's own. */
  readonly origin: bigint
  readonly log?: EngineLog
}

type Header = Pick<Block<bigint, boolean, 'latest'>, 'number' | 'hash' | 'parentHash' | 'timestamp'>

/** Logs come in the order of the chain, so those of one block stand together. */
function byBlock(logs: readonly Log[]): Log[][] {
  const blocks: Log[][] = []
  for (const log of logs) {
    const last = blocks.at(-1)
    if (last?.[0]?.blockHash === log.blockHash) last?.push(log)
    else blocks.push([log])
  }
  return blocks
}

function highest(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

interface FollowedBlock {
  readonly number: bigint
  readonly hash: Hex
}

/** Reads the chain and reports it block by block, in order, taking back what a reorganisation undid. */
export class Follower {
  readonly #options: FollowerOptions
  #handler: ChainHandler | undefined
  /** The blocks reported, oldest first; the first lies at or below the final block, and all else above it. */
  #reported: FollowedBlock[] = []
  #final = 0n
  /** Headers between the newest block reported and a head, by hash. */
  readonly #headers = new Map<Hex, Header>()
  /** Grows with everything new that is learnt. */
  #steps = 0
  #problem: ChainError | undefined
  #stopped = false
  #cancelTimer: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** The newest block reported. */
  get newest(): bigint {
    return highest(this.#final, this.#reported.at(-1)?.number ?? 0n)
  }

  /** Reads up to the head of the moment, then goes on by itself. Rejects if the chain cannot be read at all. */
  async start(from: bigint | undefined, handler: ChainHandler): Promise<void> {
    this.#handler = handler
    this.#final = from ?? this.#options.origin
    try {
      await this.#anchor()
      await this.#advance()
    } catch (cause) {
      throw rpcError(this.#options.rpc.url, 'reading blocks', cause)
    }
    this.#schedule(this.#options.pollMs, FIRST_RETRY_MS)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer()
    await this.#running
  }

  #schedule(wait: number, retry: number): void {
    if (this.#stopped) return
    this.#cancelTimer = this.#options.clock.after(wait, () => {
      this.#running = this.#poll(retry)
    })
  }

  async #poll(retry: number): Promise<void> {
    const before = this.#steps
    try {
      await this.#advance()
      this.#reportHealth(undefined)
      this.#schedule(this.#options.pollMs, FIRST_RETRY_MS)
    } catch (cause) {
      const problem = rpcError(this.#options.rpc.url, 'reading blocks', cause)
      this.#reportHealth(problem)
      if (problem.code === 'CHAIN_UNREACHABLE') await this.#options.rpc.reset()
      // Who got a part of the way is not to be spared.
      const wait = this.#steps > before ? FIRST_RETRY_MS : retry
      this.#schedule(wait, Math.min(2 * wait, LAST_RETRY_MS))
    }
  }

  #reportHealth(problem: ChainError | undefined): void {
    if (this.#stopped || problem?.code === this.#problem?.code) return
    this.#problem = problem
    if (problem === undefined) this.#options.log?.info('chain.back')
    else this.#options.log?.warn('chain.problem', { code: problem.code, reason: problem.message })
    this.#handler?.health(problem)
  }

  /** Remembers the block to begin after, so that its disappearance shows. */
  async #anchor(): Promise<void> {
    const { rpc } = this.#options
    const head = await getBlock(rpc.client, { blockTag: 'latest' })
    if (head.number < this.#final) throw this.#behind(head)
    const header = await this.#canonical(this.#final)
    if (header !== undefined) this.#reported = [{ number: header.number, hash: header.hash }]
  }

  /** One look at the chain: everything new is reported, in order. */
  async #advance(): Promise<void> {
    const { rpc, finality } = this.#options
    const head = await getBlock(rpc.client, { blockTag: 'latest' })
    const final = await finalNumber(rpc, finality, head.number)
    if (head.number < this.#final) throw this.#behind(head)
    if (head.hash !== this.#reported.at(-1)?.hash) await this.#follow(head)
    if (final !== undefined) this.#reportFinal(final)
  }

  async #follow(head: Header): Promise<void> {
    if (head.parentHash !== this.#reported.at(-1)?.hash) await this.#rollBack()
    const linked = await this.#link(head)
    const parent = this.#reported.at(-1)
    const first = linked[0] ?? head
    // The chain changed while it was looked at: the next look finds out how.
    if (parent?.number === first.number - 1n && parent.hash !== first.parentHash) return
    await this.#readRange(this.newest + 1n, first.number - 1n)
    for (const header of linked) await this.#reportBlock(header)
    this.#headers.clear()
  }

  /** Takes back every reported block that is no longer in the chain. */
  async #rollBack(): Promise<void> {
    let stay = this.#reported.length
    while (stay > 0 && !(await this.#isCanonical(this.#reported[stay - 1]))) stay--
    if (stay === this.#reported.length) return
    const first = this.#reported[0]
    if (stay === 0 && first !== undefined && first.number <= this.#final) {
      throw new ChainError('CHAIN_FINALITY_BROKEN', { url: this.#options.rpc.url, final: this.#final })
    }
    if (this.#stopped) return
    this.#reported = this.#reported.slice(0, stay)
    // The first reported block may lie below the final one, which stands as long as it does.
    const to = highest(this.newest, this.#final)
    this.#options.log?.info('chain.rolledBack', { to })
    this.#handler?.rolledBack(to)
  }

  async #isCanonical(block: FollowedBlock | undefined): Promise<boolean> {
    return block !== undefined && (await this.#canonical(block.number))?.hash === block.hash
  }

  /** The chain's block with this number; undefined where it has none. */
  async #canonical(number: bigint): Promise<Header | undefined> {
    try {
      return await getBlock(this.#options.rpc.client, { blockNumber: number })
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  }

  /** The headers above the newest reported block, or as many of them as are followed one by one; oldest first. */
  async #link(head: Header): Promise<Header[]> {
    const linked: Header[] = []
    const floor = highest(head.number - LINKED_BLOCKS, this.newest)
    for (let low = head; low.number > floor; ) {
      linked.unshift(low)
      if (low.number - 1n <= floor || low.parentHash === this.#reported.at(-1)?.hash) break
      low = await this.#headerOf(low.parentHash)
    }
    return linked
  }

  /** Kept until it is reported, so that a failure in the middle does not begin anew. */
  async #headerOf(blockHash: Hex): Promise<Header> {
    const known = this.#headers.get(blockHash)
    if (known !== undefined) return known
    const header = await getBlock(this.#options.rpc.client, { blockHash })
    if (this.#headers.size > 4 * Number(LINKED_BLOCKS)) this.#headers.clear()
    this.#headers.set(blockHash, header)
    this.#steps++
    return header
  }

  /** Reports the blocks with events of a range that lies too deep to be followed by hashes. */
  async #readRange(from: bigint, to: bigint): Promise<void> {
    const { rpc, contract, rangeBlocks } = this.#options
    for await (const logs of logsBetween(rpc, { contract, from, to, rangeBlocks })) {
      for (const ofBlock of byBlock(logs)) {
        const blockHash = ofBlock[0]?.blockHash
        if (blockHash) this.#report(await getBlock(rpc.client, { blockHash }), ofBlock)
      }
    }
  }

  async #reportBlock(header: Header): Promise<void> {
    const { rpc, contract } = this.#options
    this.#report(header, await getLogs(rpc.client, { address: contract, blockHash: header.hash }))
  }

  #report({ number, hash, timestamp }: Header, logs: readonly Log[]): void {
    if (this.#stopped) return
    const events = logs.map(eventOf).filter((event): event is ChainEvent => event !== undefined)
    this.#reported.push({ number, hash })
    this.#steps++
    this.#handler?.block({ number, hash, timestamp, events })
  }

  #reportFinal(number: bigint): void {
    const final = number < this.newest ? number : this.newest
    if (this.#stopped || final <= this.#final) return
    this.#final = final
    const keep = this.#reported.findLastIndex((block) => block.number <= final)
    if (keep > 0) this.#reported = this.#reported.slice(keep)
    this.#handler?.final(final)
  }

  #behind(head: Header): ChainError {
    return new ChainError('CHAIN_BEHIND', { url: this.#options.rpc.url, head: head.number, final: this.#final })
  }
}
