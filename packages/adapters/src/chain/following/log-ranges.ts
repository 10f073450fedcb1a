import type { Address, Hex } from '@sluice/protocol'
import { type Log, TimeoutError } from 'viem'
import { getLogs } from 'viem/actions'
import { isUnknownBlock, kindOf, statusOf, wordsOf } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'

/** Ranges under way at once, once one of that size was answered. */
const AT_ONCE = 6
/** Answered ranges after which a wider one is tried; many more before one that was refused already. */
const GROW_AFTER = 8
const GROW_AGAIN_AFTER = 64

interface Range {
  readonly from: bigint
  readonly to: bigint
}

const spanOf = ({ from, to }: Range): bigint => to - from + 1n

/** What endpoints say of the most blocks that they take, in the words in use. */
const LIMIT_WORDS = [
  /(?:limit(?:ed)?|max(?:imum)?|up to|exceeds?)[^\d\n]{0,40}?(\d[\d,]*)/gi,
  /(\d[\d,]*)[- ]blocks? range/gi,
]
const RANGE_WORDS = /\[(0x[0-9a-f]{1,16}), ?(0x[0-9a-f]{1,16})\]/i

/** The most blocks that an endpoint's refusal names, below those that were asked for. */
export function namedLimit(words: string, span: bigint): bigint | undefined {
  const [, from, to] = RANGE_WORDS.exec(words) ?? []
  const range = from === undefined || to === undefined ? [] : [BigInt(to) - BigInt(from) + 1n]
  const numbers = LIMIT_WORDS.flatMap((pattern) =>
    [...words.matchAll(pattern)].map(([, digits = '']) => BigInt(digits.replaceAll(',', '') || '0')),
  )
  return [...range, ...numbers].find((limit) => limit > 0n && limit < span)
}

/** Asks for a contract's logs in ranges as wide as the endpoint takes them, several at once. */
export class LogRanges {
  readonly #rpc: Rpc
  readonly #contract: Address
  readonly #widest: bigint
  #width: bigint
  /** The narrowest range that was refused. */
  #refused: bigint | undefined
  /** Whether a range of this width was answered. */
  #isProven = false
  #answered = 0

  constructor(rpc: Rpc, contract: Address, widest: number) {
    this.#rpc = rpc
    this.#contract = contract
    this.#widest = BigInt(widest)
    this.#width = this.#widest
  }

  async ofBlock(blockHash: Hex): Promise<readonly Log[]> {
    const logs = await getLogs(this.#rpc.client, { address: this.#contract, blockHash })
    return distinct(logs.filter((log) => log.blockHash === blockHash))
  }

  /** All logs from block `from` to block `to`, in order, a range at a time: each with the block up to which all is read then. */
  async *between(from: bigint, to: bigint): AsyncGenerator<{ readonly logs: readonly Log[]; readonly to: bigint }> {
    let next = from
    const asked: Promise<{ readonly logs: readonly Log[]; readonly to: bigint }>[] = []
    const ask = (): void => {
      const range = { from: next, to: least(next + this.#width - 1n, to) }
      next = range.to + 1n
      const read = this.#read(range).then((logs) => ({ logs, to: range.to }))
      // Whoever waits for it hears of its failure; one that fails before its turn must not end the program.
      read.catch(() => {})
      asked.push(read)
    }
    while (next <= to || asked.length > 0) {
      const most = this.#isProven ? AT_ONCE : 1
      while (next <= to && asked.length < most) ask()
      const first = asked.shift()
      if (first !== undefined) yield await first
    }
  }

  /** All logs of a range that is not long. */
  async all(from: bigint, to: bigint): Promise<readonly Log[]> {
    const found: Log[] = []
    for await (const { logs } of this.between(from, to)) found.push(...logs)
    return found
  }

  async #read(range: Range): Promise<readonly Log[]> {
    try {
      const logs = await getLogs(this.#rpc.client, {
        address: this.#contract,
        fromBlock: range.from,
        toBlock: range.to,
      })
      this.#grow(spanOf(range))
      // What was not asked for is of no use: told as it comes, it would stand before what lies below it.
      return distinct(logs.filter(({ blockNumber }) => blockNumber >= range.from && blockNumber <= range.to))
    } catch (cause) {
      if (spanOf(range) === 1n || !isTooWide(cause)) throw cause
      this.#shrink(spanOf(range), cause)
      return this.#inParts(range)
    }
  }

  async #inParts({ from, to }: Range): Promise<readonly Log[]> {
    const found: Log[] = []
    for (let first = from; first <= to; ) {
      const last = least(first + this.#width - 1n, to)
      found.push(...(await this.#read({ from: first, to: last })))
      first = last + 1n
    }
    return found
  }

  #shrink(span: bigint, cause: unknown): void {
    const limit = namedLimit(wordsOf(cause), span) ?? (span + 1n) / 2n
    this.#refused = this.#refused === undefined ? span : least(this.#refused, span)
    this.#width = least(this.#width, limit)
    this.#isProven = false
    this.#answered = 0
  }

  #grow(span: bigint): void {
    if (span < this.#width) return
    this.#isProven = true
    this.#answered += 1
    const wider = least(2n * this.#width, this.#widest)
    const isKnownRefused = this.#refused !== undefined && wider >= this.#refused
    if (wider === this.#width || this.#answered < (isKnownRefused ? GROW_AGAIN_AFTER : GROW_AFTER)) return
    this.#answered = 0
    this.#width = wider
    if (isKnownRefused) this.#refused = undefined
  }
}

/** Each log once. */
function distinct(logs: readonly Log[]): readonly Log[] {
  return [...new Map(logs.map((log) => [`${log.blockHash}/${log.logIndex}`, log])).values()]
}

/** Whether fewer blocks may help. In whatever words an endpoint refuses, it may mean that. */
function isTooWide(cause: unknown): boolean {
  switch (kindOf(cause)) {
    case 'busy':
      return false
    case 'silent':
      return statusOf(cause) !== undefined || isTimeout(cause)
    case 'refused':
      return !isUnknownBlock(cause)
  }
}

const isTimeout = (cause: unknown): boolean =>
  cause instanceof Error && (cause instanceof TimeoutError || isTimeout(cause.cause))

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
