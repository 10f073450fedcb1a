import type { Log, PreparedTransaction } from '@sluice/engine'
import type { Hex, Signer } from '@sluice/protocol'
import { getBlock, getTransactionCount, sendRawTransaction } from 'viem/actions'
import type { Payout } from '../payouts/payees.ts'
import { estimateCall } from '../rpc/reads.ts'
import type { Rpc } from '../rpc/rpc.ts'
import { currentFees, type Fees, raisedFees } from './fees.ts'
import type { Nonces } from './nonces.ts'
import type { Target } from './plan.ts'
import { signTransaction } from './sign.ts'

/** Blocks after which a transaction that waits is sent again, at higher fees where that is safe. */
const RESEND_BLOCKS = 5n
/** Blocks for which a transaction that is included is remembered, should it be undone, or its replacement be asked for. */
const REMEMBER_BLOCKS = 1_000n

/** Gas of a transaction that does nothing, where it is not estimated: Filecoin's takes some 500,000. */
const CANCEL_GAS = 3_000_000n

/** A signed transaction, and what is needed to sign it again at other fees. */
export interface Pending {
  readonly prepared: PreparedTransaction
  readonly gas: bigint
  readonly target: Target
  /** Sent in place of the first at higher fees; any of them may be included. */
  readonly replacements: PreparedTransaction[]
  /** Of the newest version. */
  fees: Fees
  sinceBlock: bigint
}

export interface PendingOptions {
  readonly rpc: Rpc
  readonly chainId: bigint
  readonly signer: Signer
  readonly nonces: Nonces
  readonly maxFeePerGas?: bigint
  readonly log?: Log
}

/** The next nonce to be included, where this program knows of no transaction for it. */
interface Unknown {
  readonly nonce: number
  readonly sinceBlock: bigint
  readonly fees: Fees | undefined
}

/** Follows an account's transactions until they are in the chain, and keeps one that gas outgrew from holding up the others. */
export class PendingTransactions {
  readonly #options: PendingOptions
  readonly #prepared = new Map<Hex, Pending>()
  readonly #sent = new Map<Hex, Pending>()
  #unknown: Unknown | undefined

  constructor(options: PendingOptions) {
    this.#options = options
  }

  /** Signed, not yet sent. */
  add(pending: Pending): void {
    this.#prepared.set(pending.prepared.hash, pending)
  }

  /** It was handed to the chain. What had its nonce before is not sent again. */
  sent({ hash, nonce }: PreparedTransaction): void {
    this.#options.nonces.sent(nonce)
    const pending = this.#prepared.get(hash)
    if (pending === undefined) return
    this.#prepared.delete(hash)
    for (const [other, { prepared }] of this.#sent) if (prepared.nonce === nonce) this.#sent.delete(other)
    this.#sent.set(hash, pending)
  }

  /** Whether a transaction with this nonce was handed to the chain: this one, or one in whose place it was to go. */
  holds(nonce: number): boolean {
    return [...this.#sent.values()].some(({ prepared }) => prepared.nonce === nonce)
  }

  wasSent({ hash }: PreparedTransaction): boolean {
    return this.#sent.has(hash)
  }

  /** What a transaction that was signed here does; one of an earlier run may do anything. */
  callOf({ hash }: PreparedTransaction): 'deposit' | 'other' | 'unknown' {
    const call = (this.#sent.get(hash) ?? this.#prepared.get(hash))?.target.call
    return call === undefined ? 'unknown' : call === 'deposit' ? 'deposit' : 'other'
  }

  /** What the newest version of a transaction offers, if it was sent here. */
  feesOf({ hash }: PreparedTransaction): Fees | undefined {
    return this.#sent.get(hash)?.fees
  }

  /** What a transaction that was signed here offers, sent or not. */
  offeredBy({ hash }: PreparedTransaction): Fees | undefined {
    return (this.#sent.get(hash) ?? this.#prepared.get(hash))?.fees
  }

  /** What was sent here as this transaction, or as another one in its place. */
  sentAs({ hash }: PreparedTransaction): Pending | undefined {
    const isIt = (pending: Pending): boolean => pending.replacements.some((one) => one.hash === hash)
    return this.#sent.get(hash) ?? [...this.#sent.values()].find(isIt)
  }

  /** What a transaction pays, if it does and it was sent here. */
  payoutOf({ hash }: PreparedTransaction): Payout | undefined {
    return this.#sent.get(hash)?.target.payout
  }

  /** The transaction and all that does the same in its place. */
  versionsOf(transaction: PreparedTransaction): readonly PreparedTransaction[] {
    return [transaction, ...(this.#sent.get(transaction.hash)?.replacements ?? [])]
  }

  /** Called at each new head. */
  async tend(head: bigint): Promise<void> {
    if (this.#sent.size === 0) return
    const included = await this.#includedCount()
    this.#options.nonces.prune(included)
    for (const [hash, { prepared }] of this.#prepared) if (prepared.nonce < included) this.#prepared.delete(hash)
    for (const [hash, pending] of this.#sent) await this.#checkSent(hash, pending, included, head)
    await this.#checkUnknown(included, head)
  }

  async #checkSent(hash: Hex, pending: Pending, included: number, head: bigint): Promise<void> {
    if (pending.sinceBlock === 0n) pending.sinceBlock = head
    const { nonce } = pending.prepared
    if (nonce < included) {
      if (head - pending.sinceBlock > REMEMBER_BLOCKS) this.#sent.delete(hash)
      return
    }
    // Also when it was included, and a reorganisation undid that.
    this.#options.nonces.sent(nonce)
    if (head - pending.sinceBlock < RESEND_BLOCKS) return
    pending.sinceBlock = head
    await this.#resend(pending)
  }

  async #resend(pending: Pending): Promise<void> {
    const { target, gas, prepared } = pending
    const newest = pending.replacements.at(-1) ?? prepared
    await this.#send(newest.raw)
    // What is stored of a deposit is what a restart looks for; a second form of it could be taken for a second deposit.
    if (target.call === 'deposit') {
      if ((await this.#baseFee()) > pending.fees.maxFeePerGas)
        pending.fees = await this.#cancel(prepared.nonce, pending.fees)
      return
    }
    const fees = raisedFees(pending.fees, await this.#feesNow())
    const raised = this.#signed(target, prepared.nonce, gas, fees)
    if (this.#isTooDear(fees)) return
    const isTaken = await this.#send(raised.raw)
    // One that was refused as too little is offered more the next time.
    pending.fees = fees
    if (!isTaken) return
    pending.replacements.push(raised)
    this.#options.log?.info('transaction.raised', { call: target.call, nonce: prepared.nonce, hash: raised.hash })
  }

  /**
   * An earlier run of the program may have left a transaction that nothing here knows, and that gas has outgrown. It is touched only
   * where it holds up one that is known.
   */
  async #checkUnknown(included: number, head: bigint): Promise<void> {
    const known = [...this.#sent.values()].map(({ prepared }) => prepared.nonce)
    if (known.includes(included) || !known.some((nonce) => nonce > included)) {
      this.#unknown = undefined
      return
    }
    const unknown =
      this.#unknown?.nonce === included ? this.#unknown : { nonce: included, sinceBlock: head, fees: undefined }
    this.#unknown = unknown
    if (head - unknown.sinceBlock < RESEND_BLOCKS) return
    this.#unknown = { nonce: included, sinceBlock: head, fees: await this.#cancel(included, unknown.fees) }
  }

  /** Puts a transaction that does nothing in the place of one that waits for ever. Returns the fees that were offered. */
  async #cancel(nonce: number, old: Fees | undefined): Promise<Fees> {
    const { rpc, signer, log } = this.#options
    const target: Target = { to: signer.address, data: '0x', value: 0n, call: 'cancel' }
    const now = await this.#feesNow()
    const fees = old === undefined ? now : raisedFees(old, now)
    if (this.#isTooDear(fees)) return old ?? now
    const gas = await estimateCall(rpc, { ...target, from: signer.address }).catch(() => CANCEL_GAS)
    const cancelled = await this.#send(this.#signed(target, nonce, gas, fees).raw)
    if (cancelled) log?.info('transaction.cancelled', { nonce })
    return fees
  }

  #signed({ to, data, value }: Target, nonce: number, gas: bigint, fees: Fees): PreparedTransaction {
    const { signer, chainId } = this.#options
    return signTransaction({ type: 'eip1559', chainId: Number(chainId), nonce, gas, to, data, value, ...fees }, signer)
  }

  /** Whether the chain took it. It may be included already, known, or not be worth its fees: the next look shows. */
  async #send(raw: Hex): Promise<boolean> {
    return sendRawTransaction(this.#options.rpc.client, { serializedTransaction: raw }).then(
      () => true,
      () => false,
    )
  }

  #feesNow(): Promise<Fees> {
    return currentFees(this.#options.rpc, this.#options.maxFeePerGas)
  }

  #isTooDear({ maxFeePerGas }: Fees): boolean {
    const limit = this.#options.maxFeePerGas
    return limit !== undefined && maxFeePerGas > limit
  }

  async #baseFee(): Promise<bigint> {
    const { baseFeePerGas } = await getBlock(this.#options.rpc.client, { blockTag: 'latest' })
    return baseFeePerGas ?? 0n
  }

  #includedCount(): Promise<number> {
    const { rpc, signer } = this.#options
    return getTransactionCount(rpc.client, { address: signer.address, blockTag: 'latest' })
  }
}
