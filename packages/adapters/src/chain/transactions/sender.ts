import type {
  ChainCall,
  Clock,
  Log,
  PreparedTransaction,
  PrepareTerms,
  QuotedTransaction,
  TransactionStatus,
} from '@sluice/engine'
import { type Address, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import { getTransactionCount, sendRawTransaction } from 'viem/actions'
import { encodeCall } from '../calls.ts'
import { ChainError } from '../errors.ts'
import { FILECOIN_SCALE, isFilecoin, refuseMasked } from '../filecoin.ts'
import type { Finality } from '../following/finality.ts'
import { GasNeeds } from '../gas/gas-needs.ts'
import { APPROVE_GAS, GasScale, honestGas } from '../gas/honest-gas.ts'
import { isPaying } from '../payouts/payees.ts'
import { Payouts } from '../payouts/payouts.ts'
import { rpcError } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'
import { encodeApprove, readAllowance } from './allowance.ts'
import { Estimator } from './estimate.ts'
import { currentOffer, displacingFees, type Fees, LeastFees, priceOf } from './fees.ts'
import { Funds } from './funds.ts'
import { Nonces } from './nonces.ts'
import { PendingTransactions } from './pending.ts'
import type { Plan, Target } from './plan.ts'
import { refusalOf, sendError } from './refusals.ts'
import { signTransaction } from './sign.ts'
import { type Sightings, Standing } from './standing.ts'

/** How long a nonce is kept for a transaction that was prepared and not sent. */
const RESERVE_MS = 60_000

/** How long an allowance is waited for, and how often it is looked for. A Filecoin block takes 30 s. */
const INCLUSION_MS = 180_000
const INCLUSION_POLL_MS = 500

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
  readonly sightings: Sightings
}

type TokenDeposit = ChainCall & { readonly type: 'deposit' }

/** Most bytes of a transaction: Lotus' messages, and geth's pool. What is around a call's data takes some two hundred. */
const FILECOIN_BYTES = 65_536
const ETHEREUM_BYTES = 131_072
const ENVELOPE_BYTES = 256

/** Gas whose price is asked for, so that a scale is not lost by rounding. */
const SCALE_SAMPLE = 1_000_000n

interface PreparedDeposit {
  readonly call: TokenDeposit
  readonly transaction: PreparedTransaction
}

/** Signs, sends and follows one account's transactions. */
export class Sender {
  readonly #options: SenderOptions
  readonly #nonces = new Nonces(RESERVE_MS)
  readonly #pending: PendingTransactions
  readonly #estimator: Estimator
  readonly #scale: GasScale
  readonly #payouts: Payouts
  readonly #standing: Standing
  readonly #funds: Funds
  readonly #least = new LeastFees()
  readonly #needs = new GasNeeds()
  #lastSigned: Promise<unknown> = Promise.resolve()
  #lastDeposit: Promise<unknown> = Promise.resolve()
  /** Token deposits that may not be in the chain yet. */
  #deposits: PreparedDeposit[] = []
  /** Token deposits that are to be prepared, and count on their allowance. */
  readonly #allowed = new Set<TokenDeposit>()

  constructor(options: SenderOptions) {
    this.#options = options
    const { rpc, contract, clock, signer } = options
    this.#pending = new PendingTransactions({ ...options, nonces: this.#nonces })
    const estimator = new Estimator(rpc, signer.address, isFilecoin(options.chainId) ? FILECOIN_SCALE : 1n, options.log)
    const scale = new GasScale(estimator, contract, clock)
    this.#estimator = estimator
    this.#scale = scale
    this.#funds = new Funds(rpc, signer.address)
    this.#standing = new Standing({
      ...options,
      account: signer.address,
      onReceipt: (transaction, receipt) => {
        const sent = this.#pending.sentAs(transaction)
        if (sent !== undefined) this.#needs.learn(transaction.hash, sent.target.call, sent.gas, receipt)
        const payout = this.#pending.payoutOf(transaction)
        if (payout !== undefined) this.#payouts.learn(payout, receipt)
      },
    })
    this.#payouts = new Payouts({ ...options, url: rpc.url, sender: signer.address, scale, estimator })
  }

  /** Lets the contract pull what a token deposit needs, which takes a block. No other call waits for it. */
  async allow(call: ChainCall): Promise<void> {
    if (call.type !== 'deposit' || call.terms.token === NATIVE_TOKEN) return
    await refuseMasked(this.#options.rpc, this.#options.chainId, call.terms)
    this.#allowed.add(call)
    const allowed = this.#lastDeposit.then(() => this.#ensureAllowance(call))
    this.#lastDeposit = allowed.catch(() => void this.#allowed.delete(call))
    await allowed
  }

  async prepare(call: ChainCall, terms: PrepareTerms = {}): Promise<QuotedTransaction> {
    const { rpc, chainId } = this.#options
    if (call.type === 'deposit') await refuseMasked(rpc, chainId, call.terms)
    if (call.type === 'deposit' && call.terms.token !== NATIVE_TOKEN) return this.#prepareTokenDeposit(call, terms)
    return this.#prepareCall(call, terms)
  }

  /** What gas by Ethereum's schedule costs here now, native base units. */
  async gasPrice(): Promise<bigint> {
    const { rpc, maxFeePerGas } = this.#options
    try {
      const { fees, price } = await currentOffer(rpc, maxFeePerGas)
      return (await this.#scale.here(SCALE_SAMPLE * price, fees)) / SCALE_SAMPLE
    } catch (cause) {
      throw rpcError(rpc.url, 'eth_getBlockByNumber', cause)
    }
  }

  /** How many transactions of the account the newest block's state counts. */
  async includedCount(): Promise<number> {
    try {
      return await this.#count('latest')
    } catch (cause) {
      throw rpcError(this.#options.rpc.url, 'eth_getTransactionCount', cause)
    }
  }

  #prepareCall(call: ChainCall, terms: PrepareTerms): Promise<QuotedTransaction> {
    return this.#sign((fees) => this.#plan(call, fees), terms)
  }

  /** Token deposits wait for each other's allowances; no other call waits for them. */
  #prepareTokenDeposit(call: TokenDeposit, terms: PrepareTerms): Promise<QuotedTransaction> {
    const prepared = this.#lastDeposit.then(async () => {
      await this.#ensureAllowance(call)
      this.#allowed.delete(call)
      const transaction = await this.#prepareCall(call, terms)
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
      this.#least.taken()
    } catch (cause) {
      const isKnown = await this.#isKnown(transaction, cause)
      if (isKnown !== true) throw this.#refused(transaction, cause, isKnown)
    }
    this.#pending.sent(transaction)
  }

  async status(transaction: PreparedTransaction): Promise<TransactionStatus> {
    try {
      const once = this.#pending.callOf(transaction) !== 'other'
      return await this.#standing.of(this.#pending.versionsOf(transaction), once)
    } catch (cause) {
      throw rpcError(this.#options.rpc.url, 'eth_getTransactionReceipt', cause)
    }
  }

  /** Called at each new head. */
  async tend(head: bigint): Promise<void> {
    await Promise.all([this.#pending.tend(head), this.#funds.tend()])
  }

  /** What the account has, native base units, as it was last seen. */
  get balance(): bigint | undefined {
    return this.#funds.balance
  }

  async #plan(call: ChainCall, fees: Fees): Promise<Plan> {
    if (isPaying(call)) return this.#payouts.plan(call, fees)
    const { signer, contract } = this.#options
    const target = { ...encodeCall(call, signer.address), to: contract, call: call.type }
    return this.#bounded(target, fees, honestGas(call, contract))
  }

  /** @param honest The most that it can take by Ethereum's schedule, where it runs the code of others. */
  async #bounded(target: Target, fees: Fees, honest: bigint | undefined): Promise<Plan> {
    const limit = honest === undefined ? undefined : await this.#scale.here(honest, fees)
    const estimated = await this.#estimator.gasOf(target, fees, limit)
    // Who runs the code of others has others decide how much runs out.
    const estimate = limit === undefined ? this.#needs.over(target.call, estimated) : estimated
    return { target, gas: (estimate * BigInt(100 + this.#options.gasMargin)) / 100n, expected: estimate }
  }

  /** One after the other, so that each sees the nonce that the one before it took. */
  #sign(plan: (fees: Fees) => Promise<Plan>, terms: PrepareTerms): Promise<QuotedTransaction> {
    const signed = this.#lastSigned.then(() => this.#signNext(plan, terms))
    this.#lastSigned = signed.catch(() => {})
    return signed
  }

  async #signNext(plan: (fees: Fees) => Promise<Plan>, { worth, instead }: PrepareTerms): Promise<QuotedTransaction> {
    const { rpc, signer, chainId, maxFeePerGas } = this.#options
    try {
      const offer = await currentOffer(rpc, maxFeePerGas)
      const before = instead && this.#pending.feesOf(instead)
      const asked = before === undefined ? offer.fees : displacingFees(before, offer.fees, maxFeePerGas)
      const fees = this.#least.over(asked, maxFeePerGas)
      const { target, gas, expected } = await plan(offer.fees)
      const cost = expected * priceOf(fees, offer.base)
      if (worth !== undefined && cost > worth)
        throw new ChainError('CHAIN_TOO_DEAR', { call: target.call, cost, worth })
      const { to, data, value } = target
      this.#checkSize(target)
      await this.#estimator.checkFunds(target.call, value + gas * fees.maxFeePerGas)
      const nonce = await this.#nonceFor(instead)
      const transaction = { type: 'eip1559', chainId: Number(chainId), nonce, gas, to, data, value, ...fees } as const
      const prepared = signTransaction(transaction, signer)
      this.#pending.add({ prepared, gas, target, fees, replacements: [], sinceBlock: 0n })
      return { ...prepared, cost }
    } catch (cause) {
      throw rpcError(rpc.url, 'preparing a transaction', cause)
    }
  }

  #checkSize({ call, data }: Target): void {
    const limit = isFilecoin(this.#options.chainId) ? FILECOIN_BYTES : ETHEREUM_BYTES
    const bytes = (data.length - 2) / 2 + ENVELOPE_BYTES
    if (bytes > limit) throw new ChainError('CHAIN_CALL_TOO_LARGE', { call, bytes, limit })
  }

  async #nonceFor(instead: PreparedTransaction | undefined): Promise<number> {
    if (instead === undefined) return this.#nonces.reserve(await this.#count('pending'), this.#options.clock.now())
    if ((await this.#count('latest')) > instead.nonce) {
      throw new ChainError('CHAIN_NONCE_USED', { nonce: instead.nonce, sender: this.#options.signer.address })
    }
    return instead.nonce
  }

  async #ensureAllowance(call: TokenDeposit): Promise<void> {
    const { rpc, signer, contract } = this.#options
    const { token } = call.terms
    const others = [...this.#allowed].filter((other) => other !== call && other.terms.token === token)
    const allowed = others.reduce((sum, { amount }) => sum + amount, 0n)
    const needed = call.amount + allowed + (await this.#stillToPull(token))
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
    const prepared = await this.#sign((fees) => this.#bounded(target, fees, APPROVE_GAS), {})
    await this.broadcast(prepared)
    const { clock } = this.#options
    for (const deadline = clock.now() + INCLUSION_MS; ; ) {
      try {
        // Some endpoints show no receipt: what the token says counts as well.
        const found = await this.#standing.included([prepared])
        if (found?.success || (await readAllowance(rpc, token, this.#options.signer.address, contract)) === amount)
          return
        if (found !== undefined) break
        if (clock.now() >= deadline) throw new Error(`${prepared.hash} is in no block after ${INCLUSION_MS / 1000} s`)
      } catch (cause) {
        throw rpcError(rpc.url, 'eth_getTransactionReceipt', cause)
      }
      await new Promise<void>((resolve) => void clock.after(INCLUSION_POLL_MS, resolve))
    }
    throw new ChainError('CHAIN_REVERTED', { call: 'approve', reason: `the token ${token} refused` })
  }

  #count(blockTag: 'latest' | 'pending'): Promise<number> {
    const { rpc, signer } = this.#options
    return getTransactionCount(rpc.client, { address: signer.address, blockTag })
  }

  /** Whether the endpoint has it all the same; undefined where it does not answer. */
  async #isKnown(transaction: PreparedTransaction, cause: unknown): Promise<boolean | undefined> {
    const refusal = refusalOf(cause)
    // Sent before, its nonce may be used because it is in a block that is not shown yet; where it stands is another question.
    if (refusal === 'known' || (refusal === 'nonce-used' && this.#pending.wasSent(transaction))) return true
    return this.#standing.isKnown(transaction)
  }

  /** Learns from a refusal. A nonce is used for another transaction only where this one was surely not taken. */
  #refused(transaction: PreparedTransaction, cause: unknown, isKnown: false | undefined): ChainError {
    const { rpc, signer } = this.#options
    const refusal = refusalOf(cause)
    const fees = this.#pending.offeredBy(transaction)
    if (refusal === 'underpriced' && fees !== undefined) this.#least.refused(fees)
    const isSure = refusal !== 'unclear' && isKnown === false
    if (isSure && !this.#pending.holds(transaction.nonce)) this.#nonces.free(transaction.nonce)
    return sendError(rpc.url, signer.address, transaction.nonce, cause)
  }
}
