import type { Hex } from '@sluice/protocol'
import type { Block } from 'viem'
import { getBlock } from 'viem/actions'
import { isNullRound, isUnknownBlock } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'

/** What of a block its place in the chain follows from. */
export type Header = Pick<Block<bigint, boolean, 'latest'>, 'number' | 'hash' | 'parentHash' | 'timestamp'>

/** Which block it is. */
export type BlockId = Pick<Header, 'number' | 'hash'>

/** How far below a height a block is looked for. Ten null rounds in a row are an event on Filecoin. */
const NULL_ROUNDS_MAX = 64n

/** Reads headers. A height without a block is one that never gets any, as Filecoin's null rounds. */
export class Blocks {
  readonly #rpc: Rpc

  constructor(rpc: Rpc) {
    this.#rpc = rpc
  }

  newest(): Promise<Header> {
    return getBlock(this.#rpc.client, { blockTag: 'latest' })
  }

  tagged(blockTag: 'finalized' | 'safe'): Promise<Header> {
    return getBlock(this.#rpc.client, { blockTag })
  }

  byHash(blockHash: Hex): Promise<Header> {
    return getBlock(this.#rpc.client, { blockHash })
  }

  /** The chain's block at this height: `none` where it never gets any, `unknown` where the endpoint has nothing to say of it. */
  async look(blockNumber: bigint): Promise<Header | 'none' | 'unknown'> {
    try {
      return await getBlock(this.#rpc.client, { blockNumber })
    } catch (cause) {
      if (isNullRound(cause)) return 'none'
      if (isUnknownBlock(cause)) return 'unknown'
      throw cause
    }
  }

  /** The chain's block at this height; undefined where it has none. */
  async at(blockNumber: bigint): Promise<Header | undefined> {
    const found = await this.look(blockNumber)
    return typeof found === 'string' ? undefined : found
  }

  /** Whether the chain has this block; undefined where the endpoint knows nothing of its height. */
  async holds({ number, hash }: BlockId): Promise<boolean | undefined> {
    const found = await this.look(number)
    if (found === 'unknown') return undefined
    return found !== 'none' && found.hash === hash
  }

  /** The chain's blocks at these heights, asked for together; those that have none left out. */
  async atAll(numbers: readonly bigint[]): Promise<readonly Header[]> {
    const found = await Promise.all(numbers.map((number) => this.at(number)))
    return found.filter((header) => header !== undefined)
  }

  /** The highest block at or below a height; undefined where the endpoint knows none near. */
  async atOrBelow(number: bigint): Promise<Header | undefined> {
    const exact = await this.at(number)
    if (exact !== undefined) return exact
    const lowest = number > NULL_ROUNDS_MAX ? number - NULL_ROUNDS_MAX : 0n
    const below = Array.from({ length: Number(number - lowest) }, (_, i) => lowest + BigInt(i))
    return (await this.atAll(below)).at(-1)
  }
}
