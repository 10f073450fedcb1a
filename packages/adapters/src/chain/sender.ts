import type { ChainCall, Clock, Log, PreparedTransaction, TransactionStatus } from '@sluice/engine'
import { type Address, type Hex, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import { TransactionReceiptNotFoundError } from 'viem'
import { encodeApprove, readAllowance } from './allowance.ts'
import { type CallData, encodeCall } from './calls.ts'
import { ChainError } from './errors.ts'
import { currentFees, type Fees, raisedFees } from './fees.ts'
import { type Finality, finalNumber } from './finality.ts'
import { Nonces } from './nonces.ts'
import { revertError } from './reverts.ts'
import { type Rpc, reasonOf, rpcError } from './rpc.ts'
import { signTransaction } from './sign.ts'

/** How long a nonce is kept for a transaction that was prepared and not sent. */
const RESERVE_MS = 60_000
/** Blocks after which a transaction that waits is sent again, at higher fees where that is safe. */
const RESEND_BLOCKS = 5n

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

interface Target extends CallData {
  readonly to: Address
  readonly call: string
}

interface Waiting {
  readonly prepared: PreparedTransaction
  readonly gas: bigint
  readonly target: Target
  /** Of the newest version. */
  fees: Fees
  /** Sent in place of the first at higher fees; any of them may be included. */
  readonly replacements: PreparedTransaction[]
  sinceBlock: bigint
}

/** Signs, sends and follows one account's transactions. */
export class Sender {
  readonly #options: SenderOptions
  readonly #nonces = new Nonces(RESERVE_MS)
  readonly #prepared = new Map<Hex, Waiting>()
  readonly #sent = new Map<Hex, Waiting>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** One after the other, so that each sees the nonce that the one before it took. */
  prepare(call: ChainCall): Promise<PreparedTransaction> {
    return this.#queue(async () => {
      if (call.type === 'deposit' && call.terms.token !== NATIVE_TOKEN) {
        await this.#ensureAllowance(call.terms.token, call.amount)
      }
      const target = { ...encodeCall(call, this.#options.signer.address), to: this.#options.contract, call: call.type }
      return (await this.#sign(target)).prepared
    })
  }

  async broadcast(transaction: PreparedTransaction): Promise<void> {
    const { rpc } = this.#options
    try {
      await rpc.client.sendRawTransaction({ serializedTransaction: transaction.raw })
    } catch (cause) {
      if (!(await this.#isKnown(transaction, cause))) throw await this.#sendError(transaction, cause)
    }
    this.#nonces.sent(transaction.nonce)
    const waiting = this.#prepared.get(transaction.hash)
    if (waiting === undefined) return
    this.#prepared.delete(transaction.hash)
    this.#sent.set(transaction.hash, waiting)
  }

  async status(transaction: PreparedTransaction): Promise<TransactionStatus> {
    try {
      const versions = [transaction, ...(this.#sent.get(transaction.hash)?.replacements ?? [])]
      const before = await this.#included(versions)
      if (before !== undefined) return before
      if (!(await this.#isNonceFinal(transaction.nonce))) return { status: 'pending' }
      // It may have been included between the two questions.
      return (await this.#included(versions)) ?? { status: 'dropped' }
    } catch (cause) {
      throw rpcError(this.#options.rpc.url, 'eth_getTransactionReceipt', cause)
    }
  }

  /** Called at each new head: sends again what waits for long, in case the node forgot it or asks for more. */
  async tend(head: bigint): Promise<void> {
    if (this.#sent.size === 0) return
    const included = await this.#count('latest')
    this.#nonces.prune(included)
    for (const [hash, waiting] of this.#sent) {
      if (waiting.sinceBlock === 0n) waiting.sinceBlock = head
      // Kept a while, so that whoever asks for the first one's status learns of a replacement's.
      if (waiting.prepared.nonce < included) {
        if (head - waiting.sinceBlock > 1_000n) this.#sent.delete(hash)
      } else if (head - waiting.sinceBlock >= RESEND_BLOCKS) {
        waiting.sinceBlock = head
        await this.#resend(waiting)
      }
    }
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  async #sign(target: Target): Promise<Waiting> {
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
      const waiting: Waiting = { prepared, gas, target, fees, replacements: [], sinceBlock: 0n }
      this.#prepared.set(prepared.hash, waiting)
      return waiting
    } catch (cause) {
      throw rpcError(rpc.url, 'preparing a transaction', cause)
    }
  }

  /** Never assumed: the same work takes hundreds of times the gas on some chains. */
  async #estimate({ to, data, value, call }: Target): Promise<bigint> {
    const { rpc, signer, gasMargin } = this.#options
    try {
      const gas = await rpc.client.estimateGas({ account: signer.address, to, data, value })
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
    const balance = await rpc.client.getBalance({ address: sender, blockTag: 'latest' })
    if (balance < needed) throw new ChainError('CHAIN_FUNDS_TOO_LOW', { sender, balance, needed, call })
  }

  async #ensureAllowance(token: Address, amount: bigint): Promise<void> {
    const { rpc, signer, contract } = this.#options
    const allowance = await readAllowance(rpc, token, signer.address, contract)
    if (allowance >= amount) return
    // Some tokens refuse to change an allowance that is neither zero before nor after.
    if (allowance > 0n) await this.#approve(token, 0n)
    await this.#approve(token, amount)
  }

  async #approve(token: Address, amount: bigint): Promise<void> {
    const { rpc, contract } = this.#options
    const target = { to: token, data: encodeApprove(contract, amount), value: 0n, call: 'approve' }
    const { prepared } = await this.#sign(target)
    await this.broadcast(prepared)
    try {
      const receipt = await rpc.client.waitForTransactionReceipt({ hash: prepared.hash, pollingInterval: 500 })
      if (receipt.status === 'success') return
    } catch (cause) {
      throw rpcError(rpc.url, 'eth_getTransactionReceipt', cause)
    }
    throw new ChainError('CHAIN_REVERTED', { call: 'approve', reason: `the token ${token} refused` })
  }

  async #included(versions: readonly PreparedTransaction[]): Promise<TransactionStatus | undefined> {
    for (const { hash } of versions) {
      try {
        const { blockNumber, status } = await this.#options.rpc.client.getTransactionReceipt({ hash })
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
    const head = await rpc.client.getBlockNumber({ cacheTime: 0 })
    const blockNumber = await finalNumber(rpc, finality, head)
    if (blockNumber === undefined) return false
    return (await rpc.client.getTransactionCount({ address: signer.address, blockNumber })) > nonce
  }

  #count(blockTag: 'latest' | 'pending'): Promise<number> {
    const { rpc, signer } = this.#options
    return rpc.client.getTransactionCount({ address: signer.address, blockTag })
  }

  /** A deposit is never replaced: its stored form is what a restart looks for, and it must not happen twice. */
  async #resend(waiting: Waiting): Promise<void> {
    const { rpc, signer, chainId, maxFeePerGas, log } = this.#options
    const { target, gas, prepared } = waiting
    const newest = waiting.replacements.at(-1) ?? prepared
    await rpc.client.sendRawTransaction({ serializedTransaction: newest.raw }).catch(() => {})
    if (target.call === 'deposit') return
    const fees = raisedFees(waiting.fees, await currentFees(rpc, maxFeePerGas))
    if (maxFeePerGas !== undefined && fees.maxFeePerGas > maxFeePerGas) return
    const transaction = {
      type: 'eip1559',
      chainId: Number(chainId),
      nonce: prepared.nonce,
      gas,
      ...fees,
      ...target,
    } as const
    const raised = signTransaction(transaction, signer)
    try {
      await rpc.client.sendRawTransaction({ serializedTransaction: raised.raw })
      waiting.replacements.push(raised)
      waiting.fees = fees
      log?.info('transaction.raised', { call: target.call, nonce: prepared.nonce, hash: raised.hash })
    } catch {
      // The first one was included meanwhile, or the node keeps it.
    }
  }

  async #isKnown({ hash }: PreparedTransaction, cause: unknown): Promise<boolean> {
    if (/already (known|imported|exists)|known transaction/i.test(reasonOf(cause))) return true
    const { client } = this.#options.rpc
    return client.getTransaction({ hash }).then(
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
