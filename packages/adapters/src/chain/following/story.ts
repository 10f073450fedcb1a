import type { ChainHandler } from '@sluice/engine'
import type { Hex } from '@sluice/protocol'
import type { Log } from 'viem'
import type { Header } from './blocks.ts'
import { eventsOf } from './events.ts'

/** A block that was told, and the logs that are known of it. */
export interface ToldBlock extends Pick<Header, 'number' | 'hash' | 'timestamp'> {
  readonly logs: readonly Log[]
}

/** Transactions of final blocks that are remembered: who asks for one does so soon after it. */
const REMEMBERED = 10_000

/** A log's place: the same in every answer about its block. */
const placeOf = ({ logIndex, transactionHash }: Log): string => `${logIndex}/${transactionHash}`

/** Both answers about one block: what either holds. In the order of the block. */
export function joinedLogs(known: readonly Log[], read: readonly Log[]): readonly Log[] {
  const places = new Set(known.map(placeOf))
  const more = read.filter((log) => !places.has(placeOf(log)))
  if (more.length === 0) return known
  return [...known, ...more].sort((a, b) => (a.logIndex ?? 0) - (b.logIndex ?? 0))
}

/** What an engine was told of the chain: block by block, with what was taken back. */
export class Story {
  readonly #handler: ChainHandler
  /** Oldest first; the first lies at or below the final block, and all else above it. */
  #blocks: readonly ToldBlock[] = []
  #final: bigint
  /** Blocks of the transactions that logged something, of final blocks. */
  readonly #remembered = new Map<Hex, bigint>()

  /** @param final The number up to which all was told before. */
  constructor(handler: ChainHandler, final: bigint) {
    this.#handler = handler
    this.#final = final
  }

  get blocks(): readonly ToldBlock[] {
    return this.#blocks
  }

  get final(): bigint {
    return this.#final
  }

  get newest(): ToldBlock | undefined {
    return this.#blocks.at(-1)
  }

  /** The number up to which the chain is told. */
  get height(): bigint {
    return highest(this.#final, this.newest?.number ?? 0n)
  }

  /** The newest block that is final; undefined where none is known. */
  get finalBlock(): ToldBlock | undefined {
    return this.#blocks.findLast(({ number }) => number <= this.#final)
  }

  /** Begins after a block, without telling it. */
  anchor({ number, hash, timestamp }: Header): void {
    this.#blocks = [{ number, hash, timestamp, logs: [] }]
  }

  tell({ number, hash, timestamp }: Omit<ToldBlock, 'logs'>, logs: readonly Log[]): void {
    const block = { number, hash, timestamp, logs }
    this.#blocks = [...this.#blocks, block]
    this.#handler.block(tellingOf(block))
  }

  /** Takes back all but so many of the told blocks. */
  takeBack(stay: number): void {
    if (stay >= this.#blocks.length) return
    this.#blocks = this.#blocks.slice(0, stay)
    this.#handler.rolledBack(this.height)
  }

  /** Replaces all but so many of the told blocks, because more is known of them now. */
  retell(stay: number, blocks: readonly ToldBlock[]): void {
    this.takeBack(stay)
    for (const block of blocks) this.tell(block, block.logs)
  }

  makeFinal(number: bigint): void {
    const final = number < this.height ? number : this.height
    if (final <= this.#final) return
    this.#final = final
    for (const block of this.#blocks) if (block.number <= final) this.#remember(block)
    const keep = this.#blocks.findLastIndex((block) => block.number <= final)
    if (keep > 0) this.#blocks = this.#blocks.slice(keep)
    this.#handler.final(final)
  }

  /** The block in which a transaction logged something; undefined where none is known. */
  blockOf(transaction: Hex): bigint | undefined {
    const told = this.#blocks.find(({ logs }) => logs.some(({ transactionHash }) => transactionHash === transaction))
    return told?.number ?? this.#remembered.get(transaction)
  }

  #remember({ number, logs }: ToldBlock): void {
    for (const { transactionHash } of logs) if (transactionHash !== null) this.#remembered.set(transactionHash, number)
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED) break
      this.#remembered.delete(oldest)
    }
  }
}

function tellingOf({ number, hash, timestamp, logs }: ToldBlock) {
  const events = logs.flatMap(eventsOf)
  return { number, hash, timestamp, events }
}

export const highest = (a: bigint, b: bigint): bigint => (a > b ? a : b)
