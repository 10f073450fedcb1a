import type { KeyedCrypto } from '@sluice/adapters/crypto-node'
import type {
  Chain,
  ChainBlock,
  ChainCall,
  ChainEvent,
  ChainHandler,
  PreparedTransaction,
  QuotedTransaction,
} from '@sluice/engine'
import { type Address, bytesToHex, createDigests, type Digests, type Domain, type Hex, type Id } from '@sluice/protocol'

interface Sent extends PreparedTransaction {
  readonly call: Extract<ChainCall, { type: 'deposit' }>
}

interface Listener {
  readonly handler: ChainHandler
  readonly from: bigint
}

const CONTRACT: Address = `0x${'5c'.repeat(20)}`

const hexOf = (number: number | bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`

/**
 * Blocks within this process, each final at once: what an engine needs of a chain while nothing is disputed. It takes deposits, which
 * cost nothing, and refuses all else.
 */
export class LocalBlocks {
  readonly domain: Domain = { chainId: 31337n, contract: CONTRACT }
  readonly #digests: Digests
  readonly #listeners = new Set<Listener>()
  readonly #blocks: ChainBlock[] = []
  readonly #first: bigint
  readonly #included = new Map<Hex, bigint>()
  readonly #deposits = new Map<string, bigint>()
  #waiting: Sent[] = []
  #count = 0

  /** @param first Number of the first block: behind all that the stores opened on it know. */
  constructor(crypto: KeyedCrypto, first = 1n) {
    this.#first = first
    this.#digests = createDigests(this.domain, crypto)
    this.mine()
  }

  /** Number of the newest block. */
  get head(): bigint {
    return this.#first + BigInt(this.#blocks.length) - 1n
  }

  /** The chain as an account's own node shows it. */
  connect(sender: Address): Chain {
    let listener: Listener | undefined
    return {
      domain: this.domain,
      sender,
      start: async (from, handler) => {
        listener = { handler, from: from ?? this.#first - 1n }
        this.#listeners.add(listener)
        for (const block of this.#blocks) this.#tell(listener, block)
      },
      prepare: async (call) => this.#prepare(call),
      broadcast: async (transaction) => {
        const sent = transaction as Sent
        if (!this.#included.has(sent.hash)) this.#waiting.push(sent)
      },
      status: async ({ hash }) => {
        const block = this.#included.get(hash)
        return block === undefined ? { status: 'pending' } : { status: 'included', block, success: true }
      },
      gasPrice: async () => 0n,
      includedCount: async () => this.#included.size,
      stop: async () => {
        if (listener !== undefined) this.#listeners.delete(listener)
      },
    }
  }

  /** Makes the next block of all deposits that were sent, and tells everybody. */
  mine(): void {
    const number = this.head + 1n
    const events = this.#waiting.map((sent) => this.#include(sent, number))
    this.#waiting = []
    const timestamp = BigInt(Math.floor(Date.now() / 1000))
    const block: ChainBlock = { number, hash: hexOf(number), timestamp, events }
    this.#blocks.push(block)
    for (const listener of this.#listeners) this.#tell(listener, block)
  }

  #tell({ handler, from }: Listener, block: ChainBlock): void {
    if (block.number <= from) return
    handler.block(block)
    handler.final(block.number)
  }

  #prepare(call: ChainCall): QuotedTransaction {
    if (call.type !== 'deposit') throw new Error(`these blocks take deposits alone, not ${call.type}`)
    const nonce = this.#count++
    const hash = bytesToHex(new TextEncoder().encode(`deposit ${nonce}`.padEnd(32)))
    const sent: Sent & QuotedTransaction = { hash, raw: hash, nonce, call, cost: 0n }
    return sent
  }

  #include({ hash, call }: Sent, block: bigint): ChainEvent {
    const channelId: Id = this.#digests.channelId(call.terms)
    const key = `${channelId}/${call.party}`
    const total = (this.#deposits.get(key) ?? 0n) + call.amount
    this.#deposits.set(key, total)
    this.#included.set(hash, block)
    return { type: 'deposited', channelId, party: call.party, total }
  }
}
