import type { Log } from '@sluice/engine'
import type { Address } from '@sluice/protocol'
import { toHex } from 'viem'
import { ChainError, shownText } from '../errors.ts'
import { kindOf, reasonOf } from '../rpc/failures.ts'
import { estimateCall, readBalance } from '../rpc/reads.ts'
import type { Rpc } from '../rpc/rpc.ts'
import type { Fees } from './fees.ts'
import type { Target } from './plan.ts'
import { revertError } from './reverts.ts'

/** No transaction takes less. */
const LEAST_GAS = 21_000n
/** How many times Ethereum's gas no chain asks: twenty times what Filecoin does. */
const ABSURD_SCALE = 9_000n
/** By Ethereum's schedule, where nobody estimates: enough for any call, and for each byte of its data. */
const ASSUMED_GAS = 250_000n
const ASSUMED_GAS_PER_BYTE = 100n

/** Asks what gas a transaction of one account needs. Assumed only where an endpoint does not say, or says what cannot be:
 * the same work takes hundreds of times the gas on some chains. */
export class Estimator {
  readonly #rpc: Rpc
  readonly #sender: Address
  readonly #scale: bigint
  readonly #log: Log | undefined

  /** @param scale How many times Ethereum's gas calls take here, where nobody tells. */
  constructor(rpc: Rpc, sender: Address, scale: bigint, log?: Log) {
    this.#rpc = rpc
    this.#sender = sender
    this.#scale = scale
    this.#log = log
  }

  /**
   * Gas that the transaction needs at the fees that will be offered: code that is called can tell a question without a gas price from a
   * transaction.
   *
   * @param limit Most gas to try it with, for what runs the code of others.
   * @throws ChainError `CHAIN_REVERTED`, `CHAIN_FUNDS_TOO_LOW`, `CHAIN_GAS_TOO_HIGH` with a limit.
   */
  async gasOf(target: Target, fees: Fees, limit?: bigint): Promise<bigint> {
    try {
      return this.#believable(target, await this.#ask(target, fees, limit), limit)
    } catch (cause) {
      const reverted = revertError(target.call, cause)
      if (reverted !== undefined) throw reverted
      if (!/insufficient|not enough|out ?of ?gas|exceed/i.test(reasonOf(cause)))
        return this.#withoutEstimate(target, cause, limit)
      await this.#checkFundsOf(target, fees, limit)
      if (limit !== undefined) throw new ChainError('CHAIN_GAS_TOO_HIGH', { call: target.call, limit }, cause)
      throw cause
    }
  }

  /** An estimate, unless it is absurd: less than any transaction takes, or many times what the call can. */
  #believable(target: Target, estimate: bigint, limit: bigint | undefined): bigint {
    if (estimate >= LEAST_GAS && estimate <= ABSURD_SCALE * enoughFor(target)) return estimate
    const assumed = this.#assumed(target, limit)
    this.#log?.warn('gas.absurd', { call: target.call, estimate, assumed })
    return assumed
  }

  /** An endpoint that does not estimate keeps no call back: it is tried without, and if that does not revert, sent with enough. */
  async #withoutEstimate(target: Target, cause: unknown, limit: bigint | undefined): Promise<bigint> {
    if (kindOf(cause) !== 'refused') throw cause
    const { to, data, value, call } = target
    const params = [{ from: this.#sender, to, data, value: toHex(value) }, 'latest'] as const
    await this.#rpc.client.request({ method: 'eth_call', params }).catch((failure: unknown) => {
      if (kindOf(failure) !== 'refused') throw failure
      const reverted = revertError(call, failure)
      if (reverted !== undefined) throw reverted
    })
    const assumed = this.#assumed(target, limit)
    this.#log?.warn('gas.unestimated', { call, assumed, reason: shownText(reasonOf(cause)) })
    return assumed
  }

  /** What is enough for any call with so much data. */
  #assumed(target: Target, limit: bigint | undefined): bigint {
    const enough = this.#scale * enoughFor(target)
    return limit !== undefined && limit < enough ? limit : enough
  }

  /** @throws ChainError `CHAIN_FUNDS_TOO_LOW`. */
  async checkFunds(call: string, needed: bigint): Promise<void> {
    const sender = this.#sender
    const balance = await readBalance(this.#rpc, sender)
    if (balance < needed) throw new ChainError('CHAIN_FUNDS_TOO_LOW', { sender, balance, needed, call })
  }

  #ask({ to, data, value }: Target, fees: Partial<Fees>, gas: bigint | undefined): Promise<bigint> {
    const call = { from: this.#sender, to, data, value, ...fees, ...(gas !== undefined && { gas }) }
    return estimateCall(this.#rpc, call)
  }

  /** Nodes say in many words that the value, or the gas beside it, is not there. */
  async #checkFundsOf(target: Target, fees: Fees, limit: bigint | undefined): Promise<void> {
    const gas = await this.#ask(target, {}, limit).catch(() => limit ?? 0n)
    // Without an answer, nothing is known but that some gas is needed.
    await this.checkFunds(target.call, target.value + (gas === 0n ? 1n : gas * fees.maxFeePerGas))
  }
}

/** Enough for any call with so much data, by Ethereum's schedule. */
const enoughFor = ({ data }: Target): bigint => ASSUMED_GAS + (BigInt(data.length) / 2n) * ASSUMED_GAS_PER_BYTE
