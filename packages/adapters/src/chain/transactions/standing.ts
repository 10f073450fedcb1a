import type { PreparedTransaction, TransactionStatus } from '@sluice/engine'
import type { Address, Hex } from '@sluice/protocol'
import { TransactionNotFoundError, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'
import { getTransaction, getTransactionCount, getTransactionReceipt } from 'viem/actions'
import { Blocks } from '../following/blocks.ts'
import { type Finality, finalNumber } from '../following/finality.ts'
import { kindOf } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'

/** Blocks above one that shows a nonce used, until a call that does no harm twice is taken for dropped. */
const SETTLED_BLOCKS = 5n

type Included = TransactionStatus & { readonly status: 'included' }

/** What the contract's logs, as they are followed, say of transactions. */
export interface Sightings {
  /** The block in which a transaction logged something; undefined where none is known. */
  blockOf(transaction: Hex): bigint | undefined
  /** The number up to which all logs are read for good; undefined before the chain is followed. */
  readonly final: bigint | undefined
}

export interface StandingOptions {
  readonly rpc: Rpc
  readonly account: Address
  readonly finality: Finality
  readonly sightings: Sightings
  /** Takes each receipt that comes along. */
  readonly onReceipt: (transaction: PreparedTransaction, receipt: TransactionReceipt) => void
}

/**
 * Finds out where an account's transactions stand. Some endpoints show receipts minutes late, or never: then the logs tell of success, and
 * the account's nonce of the rest.
 */
export class Standing {
  readonly #options: StandingOptions
  readonly #blocks: Blocks

  constructor(options: StandingOptions) {
    this.#options = options
    this.#blocks = new Blocks(options.rpc)
  }

  /**
   * @param versions The transaction, and all that was sent in its place to do the same.
   * @param once Whether it must never be done twice. Whoever hears that a deposit was dropped makes another.
   */
  async of(versions: readonly PreparedTransaction[], once: boolean): Promise<TransactionStatus> {
    const before = await this.included(versions)
    if (before !== undefined) return before
    const nonce = versions[0]?.nonce ?? 0
    if (!(await this.#isUsed(nonce, once))) return { status: 'pending' }
    // It may have been included between the two questions.
    return (await this.included(versions)) ?? (await this.#withoutReceipt(versions)) ?? { status: 'dropped' }
  }

  /** Where a log, or a receipt, shows one of these; undefined where none does. Rejects where that could not be asked. */
  async included(versions: readonly PreparedTransaction[]): Promise<Included | undefined> {
    const receipts = await Promise.allSettled(versions.map((version) => this.#receiptOf(version)))
    const found = receipts.find((one) => one.status === 'fulfilled' && one.value !== undefined)
    if (found?.status === 'fulfilled') return found.value
    for (const { hash } of versions) {
      const block = this.#options.sightings.blockOf(hash)
      if (block !== undefined) return { status: 'included', block, success: true }
    }
    for (const one of receipts) if (one.status === 'rejected') throw one.reason
    return undefined
  }

  /** Whether the endpoint knows the transaction, or its logs are there; undefined where it does not answer. */
  async isKnown({ hash }: PreparedTransaction): Promise<boolean | undefined> {
    if (this.#options.sightings.blockOf(hash) !== undefined) return true
    try {
      return (await ifThere(getTransaction(this.#options.rpc.client, { hash }))) !== undefined
    } catch {
      return undefined
    }
  }

  async #receiptOf(version: PreparedTransaction): Promise<Included | undefined> {
    const { rpc, onReceipt } = this.#options
    const receipt = await ifThere(getTransactionReceipt(rpc.client, { hash: version.hash }))
    if (receipt === undefined) return undefined
    onReceipt(version, receipt)
    return { status: 'included', block: receipt.blockNumber, success: receipt.status === 'success' }
  }

  /** One that is in a block, has no receipt there, and logged nothing: every call of the contract logs something, or fails. */
  async #withoutReceipt(versions: readonly PreparedTransaction[]): Promise<Included | undefined> {
    for (const { hash } of versions) {
      const found = await ifThere(getTransaction(this.#options.rpc.client, { hash }))
      if (found?.blockNumber != null) return { status: 'included', block: found.blockNumber, success: false }
    }
    return undefined
  }

  /**
   * Whether a block that will stay shows the nonce used. A newer one may be undone, or known to one node behind an address and not to the
   * next.
   */
  async #isUsed(nonce: number, isFinal: boolean): Promise<boolean> {
    const { rpc, account: address } = this.#options
    if ((await getTransactionCount(rpc.client, { address, blockTag: 'latest' })) <= nonce) return false
    const blockNumber = await this.#settledBlock(isFinal)
    if (blockNumber === undefined) return false
    return (await getTransactionCount(rpc.client, { address, blockNumber })) > nonce
  }

  async #settledBlock(isFinal: boolean): Promise<bigint | undefined> {
    const { finality, sightings } = this.#options
    const head = (await this.#blocks.newest()).number
    const tagged = finality.type === 'tag' ? (await this.#blocks.tagged(finality.tag)).number : undefined
    const final = finalNumber(finality, head, tagged)
    const settled = isFinal ? final : highest(final, head - SETTLED_BLOCKS)
    // What the logs do not show yet may still have happened.
    const read = isFinal && sightings.final !== undefined ? sightings.final : settled
    if (settled === undefined || read === undefined || settled < 0n) return undefined
    return (await this.#blocks.atOrBelow(least(read, settled)))?.number
  }
}

const highest = (a: bigint | undefined, b: bigint): bigint => (a !== undefined && a > b ? a : b)

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}

/** What an endpoint shows; undefined where it says that it has nothing, or that it shows no such thing. Rejects where it does not answer. */
async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (cause) {
    const isMissing = cause instanceof TransactionNotFoundError || cause instanceof TransactionReceiptNotFoundError
    if (isMissing || kindOf(cause) === 'refused') return undefined
    throw cause
  }
}
