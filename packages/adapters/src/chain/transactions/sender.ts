import type { ChainCall, Clock, Log, PreparedTransaction, TransactionStatus } from '@sluice/engine'
import { type Address, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import { TransactionReceiptNotFoundError } from 'viem'
import {
  getBlockNumber,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions'
import { encodeCall } from '../calls.ts'
import { ChainError } from '../errors.ts'
import { type Finality, finalNumber } from '../following/finality.ts'
import { estimateCall, type Rpc, readBalance, reasonOf, rpcError } from '../rpc.ts'
import { encodeApprove, readAllowance } from './allowance.ts'
import { currentFees } from './fees.ts'
import { Nonces } from './nonces.ts'
import { PendingTransactions, type Target } from './pending.ts'
import { revertError } from './reverts.ts'
import { signTransaction } from './sign.ts'

/** How long a nonce is kept for a transaction that was prepared and not sent. */
const RESERVE_MS = 60_000

/** How long an allowance is waited for, and how often it is looked for. A Filecoin block takes 30 s. */
const INCLUSION_MS = 180_000
const INCLUSION_POLL_MS = 500

type Included = TransactionStatus & { readonly status: 'included' }

export interface SenderOptions {
  readonly rpc: Rpc
  readonly chainId: bigint
  readonly contract: Address
  readonly signer: Signer
  readonly finality: Finality
  readonly clock: Clock
  readonly log?: Log
  /** Most to pay for a unit of gas, native base units. */
  readonly maxFeePerGas?: bigint
  /** Per cent on top of what the chain estimates. */
  readonly gasMargin: number
}

type TokenDeposit = ChainCall & { readonly type: 'deposit' }

interface PreparedDeposit {
  readonly call: TokenDeposit
  readonly transaction: PreparedTransaction
}

/** Signs, sends and follows one account's transactions. */
export class Sender {
  readonly #options: SenderOptions
  readonly #nonces = new Nonces(RESERVE_MS)
  readonly #pending: PendingTransactions
  #lastSigned: Promise<unknown> = Promise.resolve()
  #lastDeposit: Promise<unknown> = Promise.resolve()
  /** Token deposits that may not be in the chain yet. */
  #deposits: PreparedDeposit[] = []

  constructor(options: SenderOptions) {
    this.#options = options
    this.#pending = new PendingTransactions({ ...options, nonces: this.#nonces })
  }

  async prepare(call: ChainCall): Promise<PreparedTransaction> {
    if (call.type === 'deposit' && call.terms.token !== NATIVE_TOKEN) return this.#prepareTokenDeposit(call)
    return this.#prepareCall(call)
  }

  #prepareCall(call: ChainCall): Promise<PreparedTransaction> {
    const target = { ...encodeCall(call, this.#options.signer.address), to: this.#options.contract, call: call.type }
    return this.#sign(target)
  }

  /** Token deposits wait for each other's allowances; no other call waits for them. */
  #prepareTokenDeposit(call: TokenDeposit): Promise<PreparedTransaction> {
    const prepared = this.#lastDeposit.then(async () => {
      await this.#ensureAllowance(call)
      const transaction = await this.#prepareCall(call)
      this.#deposits.push({ call, transaction })
      return transaction
    })
    this.#lastDeposit = prepared.catch(() => {})
    return prepared
  }

  async broadcast(transaction: PreparedTransaction): Promise<void> {
    const { rpc } = this.#options
    try {
      await sendRawTransaction(rpc.client, { serializedTransaction: transaction.raw })
    } catch (cause) {
      if (!(await this.#isKnown(transaction, cause))) throw await this.#sendError(transaction, cause)
    }
    this.#pending.sent(transaction)
  }

  async status(transaction: PreparedTransaction): Promise<TransactionStatus> {
    try {
      const versions = this.#pending.versionsOf(transaction)
      const before = await this.#included(versions)
      if (before !== undefined) return before
      if (!(await this.#isNonceFinal(transaction.nonce))) return { status: 'pending' }
      // It may have been included between the two questions.
      return (await this.#included(versions)) ?? { status: 'dropped' }
    } catch (cause) {
      throw rpcError(this.#options.rpc.url, 'eth_getTransactionReceipt', cause)
    }
  }

  /** Called at each new head. */
  tend(head: bigint): Promise<void> {
    return this.#pending.tend(head)
  }

  /** One after the other, so that each sees the nonce that the one before it took. */
  #sign(target: Target): Promise<PreparedTransaction> {
    const signed = this.#lastSigned.then(() => this.#signNext(target))
    this.#lastSigned = signed.catch(() => {})
    return signed
  }

  async #signNext(target: Target): Promise<PreparedTransaction> {
    const { rpc, signer, clock, chainId, maxFeePerGas } = this.#options
    try {
      const gas = await this.#estimate(target)
      const fees = await currentFees(rpc, maxFeePerGas)
      await this.#checkFunds(target.call, target.value + gas * fees.maxFeePerGas)
      const nonce = this.#nonces.reserve(await this.#count('pending'), clock.now())
      const prepared = signTransaction(
        { type: 'eip1559', chainId: Number(chainId), nonce, gas, ...fees, ...target },
        signer,
      )
      this.#pending.add({ prepared, gas, target, fees, replacements: [], sinceBlock: 0n })
      return prepared
    } catch (cause) {
      throw rpcError(rpc.url, 'preparing a transaction', cause)
    }
  }

  /** Never assumed: the same work takes hundreds of times the gas on some chains. */
  async #estimate({ to, data, value, call }: Target): Promise<bigint> {
    const { rpc, signer, gasMargin } = this.#options
    try {
      const gas = await estimateCall(rpc, { from: signer.address, to, data, value })
      return (gas * BigInt(100 + gasMargin)) / 100n
    } catch (cause) {
      const reverted = revertError(call, cause)
      if (reverted !== undefined) throw reverted
      // Nodes say in many words that the value, or the gas beside it, is not there.
      if (/insufficient|not enough/i.test(reasonOf(cause))) await this.#checkFunds(call, value + 1n)
      throw cause
    }
  }

  async #checkFunds(call: string, needed: bigint): Promise<void> {
    const { rpc, signer } = this.#options
    const sender = signer.address
    const balance = await readBalance(rpc, sender)
    if (balance < needed) throw new ChainError('CHAIN_FUNDS_TOO_LOW', { sender, balance, needed, call })
  }

  async #ensureAllowance(call: TokenDeposit): Promise<void> {
    const { rpc, signer, contract } = this.#options
    const { token } = call.terms
    const needed = call.amount + (await this.#stillToPull(token))
    const allowance = await readAllowance(rpc, token, signer.address, contract).catch((cause) => {
      throw rpcError(rpc.url, 'allowance', cause)
    })
    if (allowance >= needed) return
    // Some tokens refuse to change an allowance that is neither zero before nor after.
    if (allowance > 0n) await this.#approve(token, 0n)
    await this.#approve(token, needed)
  }

  /** What deposits of this token that are not in the chain yet will pull. */
  async #stillToPull(token: Address): Promise<bigint> {
    const pending: PreparedDeposit[] = []
    for (const deposit of this.#deposits) {
      if ((await this.status(deposit.transaction)).status === 'pending') pending.push(deposit)
    }
    this.#deposits = pending
    return pending.reduce((sum, { call }) => (call.terms.token === token ? sum + call.amount : sum), 0n)
  }

  async #approve(token: Address, amount: bigint): Promise<void> {
    const { rpc, contract } = this.#options
    const target = { to: token, data: encodeApprove(contract, amount), value: 0n, call: 'approve' }
    const prepared = await this.#sign(target)
    await this.broadcast(prepared)
    try {
      if ((await this.#awaitInclusion(prepared)).success) return
    } catch (cause) {
      throw rpcError(rpc.url, 'eth_getTransactionReceipt', cause)
    }
    throw new ChainError('CHAIN_REVERTED', { call: 'approve', reason: `the token ${token} refused` })
  }

  async #awaitInclusion(transaction: PreparedTransaction): Promise<Included> {
    const { clock } = this.#options
    const deadline = clock.now() + INCLUSION_MS
    while (true) {
      const found = await this.#included(this.#pending.versionsOf(transaction))
      if (found !== undefined) return found
      if (clock.now() >= deadline) throw new Error(`${transaction.hash} is in no block after ${INCLUSION_MS / 1000} s`)
      await new Promise<void>((resolve) => void clock.after(INCLUSION_POLL_MS, resolve))
    }
  }

  async #included(versions: readonly PreparedTransaction[]): Promise<Included | undefined> {
    for (const { hash } of versions) {
      try {
        const { blockNumber, status } = await getTransactionReceipt(this.#options.rpc.client, { hash })
        return { status: 'included', block: blockNumber, success: status === 'success' }
      } catch (error) {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error
      }
    }
    return undefined
  }

  /**
   * Whether a final block shows the nonce used. A newer block may be undone, or known to one node behind an address and not to the
   * next; whoever hears that a deposit was dropped makes another.
   */
  async #isNonceFinal(nonce: number): Promise<boolean> {
    const { rpc, finality, signer } = this.#options
    if ((await this.#count('latest')) <= nonce) return false
    const head = await getBlockNumber(rpc.client, { cacheTime: 0 })
    const blockNumber = await finalNumber(rpc, finality, head)
    if (blockNumber === undefined) return false
    return (await getTransactionCount(rpc.client, { address: signer.address, blockNumber })) > nonce
  }

  #count(blockTag: 'latest' | 'pending'): Promise<number> {
    const { rpc, signer } = this.#options
    return getTransactionCount(rpc.client, { address: signer.address, blockTag })
  }

  async #isKnown({ hash }: PreparedTransaction, cause: unknown): Promise<boolean> {
    if (/already (known|imported|exists)|known transaction/i.test(reasonOf(cause))) return true
    const { client } = this.#options.rpc
    return getTransaction(client, { hash }).then(
      () => true,
      () => false,
    )
  }

  async #sendError({ nonce }: PreparedTransaction, cause: unknown): Promise<ChainError> {
    const { rpc, signer } = this.#options
    const reason = reasonOf(cause)
    if (/nonce (is )?too low|replacement transaction underpriced|nonce has already/i.test(reason)) {
      this.#nonces.free(nonce)
      return new ChainError('CHAIN_NONCE_USED', { nonce, sender: signer.address }, cause)
    }
    const error = rpcError(rpc.url, 'eth_sendRawTransaction', cause)
    if (error.code === 'CHAIN_UNREACHABLE') return error
    this.#nonces.free(nonce)
    return new ChainError('CHAIN_NOT_SENT', { url: rpc.url, reason }, cause)
  }
}
