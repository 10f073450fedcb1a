import {
  type Address,
  bytesToHex,
  type Crypto,
  createDigests,
  type Digests,
  type Domain,
  type Hex,
  NATIVE_TOKEN,
  ProtocolError,
  SluiceError,
} from '@sluice/protocol'
import { callGas } from '../../defence/batches/call-gas.ts'
import type {
  Chain,
  ChainBlock,
  ChainCall,
  ChainEvent,
  ChainHandler,
  PreparedTransaction,
  PrepareTerms,
  QuotedTransaction,
  TransactionStatus,
} from '../../ports/chain.ts'
import { execute } from '../contract/contract.ts'
import { addTo, copyLedger, emptyLedger, heldOf, holdingKey, type Ledger } from '../contract/ledger.ts'
import { Refusal } from '../contract/refusal.ts'
import type { SeededRandom } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import { chainEventOf, contractCallOf } from './chain-calls.ts'

interface Transaction extends PreparedTransaction {
  readonly sender: Address
  readonly call: ChainCall
  /** The hash of the one whose place it takes. */
  readonly instead?: Hex
  /** Height from which a block may include it. */
  readonly from: bigint
  /** What its sender says that it is worth. */
  readonly worth?: bigint
}

interface Mined {
  readonly transaction: Transaction
  readonly success: boolean
}

interface MinedBlock extends ChainBlock {
  readonly mined: readonly Mined[]
  /** The state after it. */
  readonly ledger: Ledger
}

/** How a sender's own endpoint shows the chain: at once and in full, if nothing is said. */
export interface Endpoint {
  /** How many blocks it is behind. */
  readonly lag?: number
  /**
   * Probability that it first shows a block without its logs. The block is told again with them some blocks later, and at the
   * latest before it is final: what an endpoint omits until then, the reader asks for again.
   */
  readonly lateLogs?: number
}

interface Told {
  readonly number: bigint
  readonly hash: Hex
  /** Whether its logs were missing. */
  readonly isBare: boolean
}

/** Somebody who listens, and what it was told. */
interface Listener {
  readonly handler: ChainHandler
  readonly endpoint: Endpoint
  /** Above `final`, oldest first. */
  readonly told: Told[]
  /** At which block the logs of a block come that were not there at first, by its hash. */
  readonly late: Map<Hex, bigint>
  /** What it was told as final, in this life or before. */
  final: bigint
}

export interface SimulatedChainOptions {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly crypto: Crypto
  readonly domain?: Domain
  /** Milliseconds between blocks. */
  readonly blockTime?: number
  /** Heights from a block until it is final. */
  readonly finality?: number
  /** Probability that a height has no block, as Filecoin's null rounds. Default 0. */
  readonly nullRounds?: number
  /** Native base units for a unit of gas. Nobody's balance pays it: {@link SimulatedChain.onMined} tells what it comes to. Default 0. */
  readonly gasPrice?: bigint
  /** Gas that the transactions of a block take at most, by Ethereum's schedule. Default: no limit. */
  readonly blockGas?: number
  /** Transactions of one account that may wait, of those that are broadcast. Default: no limit. */
  readonly pendingMax?: number
  /** Blocks that go by before a transaction is included. Default 0. */
  readonly inclusionDelay?: number
}

/** A transaction that a block includes. */
export interface MinedCall {
  readonly sender: Address
  readonly call: ChainCall
  readonly success: boolean
  /** Of its gas, native base units. */
  readonly cost: bigint
  /** How many things it changed. */
  readonly effects: number
  /** What its sender said that it is worth, native base units. */
  readonly worth: bigint | undefined
}

/** What a transaction takes that is refused. */
const REVERTED_GAS = 30_000

/**
 * A chain with one contract on simulated time: blocks, finality, a mempool that may lose transactions, reorgs, outages; and
 * senders who may call whatever they like.
 */
export class SimulatedChain {
  readonly domain: Domain
  readonly digests: Digests
  readonly #options: SimulatedChainOptions
  readonly #scheduler: Scheduler
  readonly #blockTime: number
  /** Seconds by which a block is later than one that has the present second already: quick blocks share theirs, or the chain's time would run away. */
  readonly #step: bigint
  readonly #blocks: MinedBlock[]
  readonly #listeners = new Set<Listener>()
  readonly #known = new Map<string, Transaction>()
  #mempool: Transaction[] = []
  #count = 0
  /** Never falls: what was final stays so, however often the newest blocks are taken away. */
  #final = 0n
  #isDown = false
  /** Probability that a broadcast is lost. */
  lossRate = 0
  /** Native base units for a unit of gas. */
  gasPrice: bigint
  /** Sees each transaction that a block includes; for tests that look. */
  onMined: (sender: Address, call: ChainCall, success: boolean) => void = () => {}
  readonly #watchers: ((mined: MinedCall) => void)[] = []

  constructor(options: SimulatedChainOptions) {
    this.#options = options
    this.gasPrice = options.gasPrice ?? 0n
    this.#scheduler = options.scheduler
    this.#blockTime = options.blockTime ?? 1000
    this.#step = this.#blockTime < 1000 ? 0n : 1n
    this.domain = options.domain ?? { chainId: 31337n, contract: '0x00000000000000000000000000000000005100ce' }
    this.digests = createDigests(this.domain, options.crypto)
    this.#blocks = [
      { number: 0n, hash: this.#hash(), timestamp: this.#time(), events: [], mined: [], ledger: emptyLedger() },
    ]
    this.#schedule()
  }

  get head(): ChainBlock {
    return this.#newest
  }

  /** Tells of each transaction that a block includes, beside `onMined`. */
  watch(watcher: (mined: MinedCall) => void): void {
    this.#watchers.push(watcher)
  }

  /** The state at the newest block. */
  get ledger(): Ledger {
    return this.#newest.ledger
  }

  /** Number of the newest final block. */
  get final(): bigint {
    return this.#final
  }

  /** Gives an account money out of nothing. */
  mint(token: Address, account: Address, amount: bigint): void {
    for (const { ledger } of this.#blocks) addTo(ledger.balances, token, account, amount)
  }

  balance(token: Address, account: Address): bigint {
    return heldOf(this.ledger.balances, token, account)
  }

  /** The chain as the sender's own endpoint shows it. `stop` ends it without further notice. */
  connect(sender: Address, endpoint: Endpoint = {}): Chain {
    let listener: Listener | undefined
    return {
      domain: this.domain,
      sender,
      start: async (from = -1n, handler) => {
        listener = { handler, endpoint, told: [], late: new Map(), final: from }
        this.#listeners.add(listener)
        this.#tell(listener)
      },
      prepare: (call, terms = {}) => this.#later(() => this.#prepare(sender, call, terms, endpoint)),
      gasPrice: () => this.#later(() => this.gasPrice),
      includedCount: () => this.#later(() => newestOf(this.#view(endpoint)).ledger.nonces.get(sender) ?? 0),
      broadcast: (transaction) => this.#later(() => this.#broadcast(transaction)),
      status: (transaction) => this.#later(() => this.#status(sender, transaction, endpoint)),
      stop: async () => {
        if (listener !== undefined) this.#listeners.delete(listener)
      },
    }
  }

  /** Submits a call as anyone at all, without asking whether it would revert. */
  submit(sender: Address, call: ChainCall): PreparedTransaction {
    const transaction = this.#sign(sender, call)
    this.#mempool.push(transaction)
    return transaction
  }

  /**
   * Takes the newest blocks away, but none that is final. Their transactions may be included again, in another order, or not
   * (`lossRate`).
   */
  reorg(depth: number): void {
    const keep = Math.max(this.#blocks.length - depth, this.#indexAfter(this.#final))
    const gone = this.#blocks.splice(keep)
    const back = gone.flatMap(({ mined }) => mined.map(({ transaction }) => transaction))
    this.#mempool.push(...back.filter(() => !this.#options.random.chance(this.lossRate)))
  }

  /** Makes the chain unreachable for all its users, or reachable again. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown
    for (const { handler } of this.#listeners)
      handler.health(isDown ? new Error('the simulated chain is down') : undefined)
    if (!isDown) this.#tellAll()
  }

  /** Makes the endpoints of all its users disagree, or agree again. */
  setDoubted(isDoubted: boolean): void {
    for (const { handler } of this.#listeners)
      handler.doubt?.(isDoubted ? new Error('the simulated endpoints disagree') : undefined)
  }

  get #newest(): MinedBlock {
    return newestOf(this.#blocks)
  }

  /** The blocks that an endpoint knows of. */
  #view({ lag = 0 }: Endpoint): readonly MinedBlock[] {
    return lag === 0 ? this.#blocks : this.#blocks.slice(0, Math.max(this.#blocks.length - lag, 1))
  }

  /** Where the blocks above a height begin. */
  #indexAfter(height: bigint): number {
    return this.#blocks.findLastIndex(({ number }) => number <= height) + 1
  }

  #finalUnder(height: bigint): bigint {
    const final = height - BigInt(this.#options.finality ?? 2)
    return final > 0n ? final : 0n
  }

  #time(): bigint {
    return BigInt(Math.floor(this.#scheduler.now() / 1000))
  }

  #hash() {
    this.#count += 1
    return bytesToHex(this.#options.crypto.keccak256(new TextEncoder().encode(`hash ${this.#count}`)))
  }

  #schedule(): void {
    this.#scheduler.after(this.#blockTime, () => {
      this.#mine()
      this.#schedule()
    })
  }

  #later<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#scheduler.after(1 + this.#options.random.below(20), () => {
        try {
          if (this.#isDown) throw new Error('the simulated chain is down')
          resolve(run())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #sign(sender: Address, call: ChainCall, { instead, worth }: PrepareTerms = {}): Transaction {
    const waiting = new Set(this.#mempool.filter((each) => each.sender === sender).map((each) => each.nonce))
    let nonce = this.ledger.nonces.get(sender) ?? 0
    while (waiting.has(nonce)) nonce += 1
    const hash = this.#hash()
    const transaction: Transaction = {
      hash,
      raw: hash,
      nonce: instead?.nonce ?? nonce,
      sender,
      call,
      from: this.#newest.number + 1n + BigInt(this.#options.inclusionDelay ?? 0),
      ...(instead !== undefined && { instead: instead.hash }),
      ...(worth !== undefined && { worth }),
    }
    this.#known.set(hash, transaction)
    return transaction
  }

  #prepare(sender: Address, call: ChainCall, terms: PrepareTerms, endpoint: Endpoint): QuotedTransaction {
    const { worth } = terms
    this.#tryOut(sender, call, endpoint)
    const cost = BigInt(callGas(call)) * this.gasPrice
    if (worth !== undefined && cost > worth)
      throw new SluiceError(
        'CHAIN_TOO_DEAR',
        { message: '{call} costs {cost}, more than the {worth} that it is worth', action: 'Wait.' },
        { call: call.type, cost, worth },
      )
    const { hash, raw, nonce } = this.#sign(sender, call, terms)
    return { hash, raw, nonce, cost }
  }

  /** Refuses what would revert, as a chain over an RPC does. */
  #tryOut(sender: Address, call: ChainCall, endpoint: Endpoint): void {
    try {
      this.#execute(copyLedger(newestOf(this.#view(endpoint)).ledger), sender, call, this.#time())
    } catch (error) {
      if (!isRefusal(error)) throw error
      const message = `the contract refuses ${call.type}: ${error.message}`
      throw new SluiceError('CHAIN_REVERTED', { message, action: 'Look at the reason.' }, {}, error)
    }
  }

  #broadcast({ hash }: PreparedTransaction): void {
    const transaction = this.#known.get(hash)
    if (transaction === undefined || this.#options.random.chance(this.lossRate)) return
    const { sender, nonce, instead } = transaction
    if ((this.ledger.nonces.get(sender) ?? 0) > nonce) return
    if (this.#mempool.some((each) => each.hash === hash)) return
    this.#mempool = this.#mempool.filter((each) => each.hash !== instead)
    const waiting = this.#mempool.filter((each) => each.sender === sender).length
    const { pendingMax = Number.POSITIVE_INFINITY } = this.#options
    if (waiting >= pendingMax) throw new Error(`${waiting} transactions of ${sender} are pending, no more are taken`)
    this.#mempool.push(transaction)
  }

  #status(sender: Address, { hash, nonce }: PreparedTransaction, endpoint: Endpoint): TransactionStatus {
    const blocks = this.#view(endpoint)
    for (const block of blocks) {
      const found = block.mined.find(({ transaction }) => transaction.hash === hash)
      if (found !== undefined) return { status: 'included', block: block.number, success: found.success }
    }
    return (newestOf(blocks).ledger.nonces.get(sender) ?? 0) > nonce ? { status: 'dropped' } : { status: 'pending' }
  }

  #mine(): void {
    const parent = this.#newest
    const now = this.#time()
    const timestamp = now > parent.timestamp ? now : parent.timestamp + this.#step
    let ledger = copyLedger(parent.ledger)
    const events: ChainEvent[] = []
    const mined: Mined[] = []
    let room = this.#options.blockGas ?? Number.POSITIVE_INFINITY
    for (let next = this.#takeNext(ledger, room); next !== undefined; next = this.#takeNext(ledger, room)) {
      room -= callGas(next.call)
      ledger.nonces.set(next.sender, next.nonce + 1)
      const attempt = copyLedger(ledger)
      const before = events.length
      const success = this.#attempt(attempt, next, timestamp, events)
      if (success) ledger = attempt
      const effects = events.slice(before).filter(({ type }) => type !== 'credited').length
      mined.push({ transaction: next, success })
      this.#tellMined(next, success, effects)
    }
    this.#blocks.push({ number: this.#nextHeight(), hash: this.#hash(), timestamp, events, mined, ledger })
    this.#final = later(this.#final, this.#finalUnder(this.#newest.number))
    this.#scheduler.after(this.#options.random.below(50), () => this.#tellAll())
  }

  #tellMined({ sender, call, worth }: Transaction, success: boolean, effects: number): void {
    this.onMined(sender, call, success)
    const cost = this.gasPrice * BigInt(success ? callGas(call) : REVERTED_GAS)
    for (const watcher of this.#watchers) watcher({ sender, call, success, cost, effects, worth })
  }

  /** A final height stays as it is, also one without a block. */
  #nextHeight(): bigint {
    const { nullRounds = 0, random } = this.#options
    let height = later(this.#newest.number, this.#final) + 1n
    while (nullRounds > 0 && random.chance(nullRounds)) height += 1n
    return height
  }

  #attempt(ledger: Ledger, { sender, call }: Transaction, time: bigint, events: ChainEvent[]): boolean {
    try {
      events.push(...this.#execute(ledger, sender, call, time))
      return true
    } catch (error) {
      // Anything else is a mistake of the model, and must not pass for a call that reverts.
      if (isRefusal(error)) return false
      throw error
    }
  }

  #execute(ledger: Ledger, sender: Address, call: ChainCall, time: bigint): readonly ChainEvent[] {
    // As a chain over an RPC does, which lets the contract pull what is missing before it deposits.
    if (call.type === 'deposit' && call.terms.token !== NATIVE_TOKEN) {
      ledger.allowances.set(holdingKey(call.terms.token, sender), call.amount)
    }
    const context = { ledger, sender, time, digests: this.digests, crypto: this.#options.crypto }
    return execute(context, contractCallOf(call, sender)).flatMap((event) => chainEventOf(event) ?? [])
  }

  /** The next transaction whose turn is come, in no order but that of each sender's nonces. */
  #takeNext(ledger: Ledger, room: number): Transaction | undefined {
    this.#mempool = this.#mempool.filter(({ sender, nonce }) => nonce >= (ledger.nonces.get(sender) ?? 0))
    const ready = this.#mempool.filter(
      ({ sender, nonce, from, call }) =>
        nonce === (ledger.nonces.get(sender) ?? 0) && from <= this.#newest.number + 1n && callGas(call) <= room,
    )
    if (ready.length === 0) return undefined
    const chosen = this.#options.random.pick(ready)
    this.#mempool = this.#mempool.filter((each) => each !== chosen)
    return chosen
  }

  #tellAll(): void {
    if (this.#isDown) return
    for (const listener of this.#listeners) this.#tell(listener)
  }

  #tell(listener: Listener): void {
    const { handler, told } = listener
    const blocks = this.#view(listener.endpoint)
    const newest = newestOf(blocks).number
    const final = later(listener.final, listener.endpoint.lag ? this.#finalUnder(newest) : this.#final)
    const stay = this.#standing(listener, newest, final)
    if (stay < told.length) {
      told.splice(stay)
      handler.rolledBack(told.at(-1)?.number ?? listener.final)
    }
    for (const block of blocks.slice(this.#indexAfter(told.at(-1)?.number ?? listener.final))) {
      const { number, hash, timestamp, events } = block
      const isBare = this.#isBare(listener, block, newest, final)
      told.push({ number, hash, isBare })
      handler.block({ number, hash, timestamp, events: isBare ? [] : events })
    }
    if (final <= listener.final) return
    listener.final = final
    while (told[0] !== undefined && told[0].number <= final) listener.late.delete(told.shift()?.hash ?? '0x')
    handler.final(final)
  }

  /** How many of the told blocks, from the oldest on, are still in the chain and were told all that is known of them. */
  #standing(listener: Listener, newest: bigint, final: bigint): number {
    const stay = listener.told.findIndex(({ number, hash, isBare }) => {
      const block = this.#blocks[this.#indexAfter(number) - 1]
      return block?.hash !== hash || (isBare && !this.#isBare(listener, block, newest, final))
    })
    return stay === -1 ? listener.told.length : stay
  }

  /** Whether the endpoint has a block's logs not yet. */
  #isBare({ endpoint, late }: Listener, block: MinedBlock, newest: bigint, final: bigint): boolean {
    const { number, hash, events } = block
    const { lateLogs = 0 } = endpoint
    if (lateLogs === 0 || events.length === 0 || number <= final) return false
    const { random, finality = 2 } = this.#options
    const due = late.get(hash) ?? (random.chance(lateLogs) ? number + 1n + BigInt(random.below(finality + 1)) : number)
    late.set(hash, due)
    return newest < due
  }
}

const isRefusal = (error: unknown): error is Error => error instanceof Refusal || error instanceof ProtocolError

function newestOf(blocks: readonly MinedBlock[]): MinedBlock {
  const block = blocks.at(-1)
  if (block === undefined) throw new Error('a chain has at least one block')
  return block
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
