import type { Address } from '@sluice/protocol'
import { ChainError } from '../errors.ts'
import { reasonOf } from '../rpc/failures.ts'
import { estimateCall, readBalance } from '../rpc/reads.ts'
import type { Rpc } from '../rpc/rpc.ts'
import type { Fees } from './fees.ts'
import type { Target } from './plan.ts'
import { revertError } from './reverts.ts'

/** Asks what gas a transaction of one account needs. Never assumed: the same work takes hundreds of times the gas on some chains. */
export class Estimator {
  readonly #rpc: Rpc
  readonly #sender: Address

  constructor(rpc: Rpc, sender: Address) {
    this.#rpc = rpc
    this.#sender = sender
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
      return await this.#ask(target, fees, limit)
    } catch (cause) {
      const reverted = revertError(target.call, cause)
      if (reverted !== undefined) throw reverted
      if (!/insufficient|not enough|out ?of ?gas|exceed/i.test(reasonOf(cause))) throw cause
      await this.#checkFundsOf(target, fees, limit)
      if (limit !== undefined) throw new ChainError('CHAIN_GAS_TOO_HIGH', { call: target.call, limit }, cause)
      throw cause
    }
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
    await this.checkFunds(target.call, target.value + 1n)
    const gas = await this.#ask(target, {}, limit).catch(() => limit ?? 0n)
    await this.checkFunds(target.call, target.value + gas * fees.maxFeePerGas)
  }
}
