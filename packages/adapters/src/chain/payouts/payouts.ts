import type { Log } from '@sluice/engine'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import type { TransactionReceipt } from 'viem'
import { encodeCall } from '../calls.ts'
import { eventsOf } from '../following/events.ts'
import { type GasScale, honestGas, NATIVE_PUSH_GAS, TOKEN_PUSH_GAS } from '../gas/honest-gas.ts'
import { rpcError } from '../rpc/failures.ts'
import type { Estimator } from '../transactions/estimate.ts'
import type { Fees } from '../transactions/fees.ts'
import type { Plan, Target } from '../transactions/plan.ts'
import { FailedPushes } from './failed-pushes.ts'
import {
  accountsOf,
  countOf,
  NOBODY,
  type PartyMask,
  type PayingCall,
  type Payout,
  partiesOf,
  payeesOf,
  sideOf,
  without,
} from './payees.ts'

export interface PayoutsOptions {
  readonly estimator: Estimator
  readonly scale: GasScale
  readonly contract: Address
  readonly sender: Address
  readonly url: string
  /** Per cent on top of what the chain estimates. */
  readonly gasMargin: number
  readonly log?: Log
}

/** What a call that pays takes, before anybody is pushed to. */
interface Scene {
  readonly call: PayingCall
  readonly fees: Fees
  /** Gas if all is credited: nobody's account runs. */
  readonly credited: bigint
  /** Gas that one push may add to that. */
  readonly push: bigint
  /** What the transaction may use in any case. */
  readonly base: bigint
}

/**
 * Chooses who is paid by push and who by credit, and bounds the gas of both. Parties choose their accounts, and an account is code: it can
 * refuse, burn, call back, and do in a block what it did not do when it was simulated.
 */
export class Payouts {
  readonly #options: PayoutsOptions
  readonly #failed: FailedPushes

  constructor(options: PayoutsOptions) {
    this.#options = options
    this.#failed = new FailedPushes(options.sender)
  }

  /**
   * The call with whoever makes it fail or dear credited, and a gas limit that follows from what it takes with all credited: nothing that
   * a recipient does moves it.
   *
   * @throws ChainError `CHAIN_REVERTED`, `CHAIN_FUNDS_TOO_LOW`, `CHAIN_GAS_TOO_HIGH`.
   */
  async plan(call: PayingCall, fees: Fees): Promise<Plan> {
    const { estimator, scale, contract, gasMargin } = this.#options
    const honest = honestGas(call, contract)
    const limit = honest === undefined ? undefined : await scale.here(honest, fees)
    const payees = payeesOf(call)
    const credited = await estimator.gasOf(this.#target(call, payees), fees, limit)
    const push = await scale.here(call.terms.token === NATIVE_TOKEN ? NATIVE_PUSH_GAS : TOKEN_PUSH_GAS, fees)
    const base = (credited * BigInt(100 + gasMargin)) / 100n
    const scene: Scene = { call, fees, credited, push, base }
    const pushed = await this.#chooseFrom(scene, without(payees, this.#failed.of(call.terms)))
    const refused = without(payees, pushed)
    if (refused !== NOBODY) this.#tell(call, refused, {})
    const target = this.#target(call, refused)
    const dear = dearOf(scene, pushed)
    return {
      target: { ...target, payout: { call, pushed, dear } },
      gas: limitOf(scene, pushed),
      expected: dear / DEAR_TIMES,
    }
  }

  /** Remembers whose pushes went wrong in a block. */
  learn({ call, pushed, dear }: Payout, { status, gasUsed, logs }: TransactionReceipt): void {
    const { terms } = call
    const credited = logs.flatMap(eventsOf).flatMap((event) => (event.type === 'credited' ? [event.account] : []))
    const refused = partiesOf(terms, pushed, credited)
    const isWrong = status !== 'success' || gasUsed > dear
    const blamed = refused === NOBODY && isWrong ? this.#failed.suspects(terms, pushed) : refused
    // A transaction is looked at until it is final.
    if (this.#failed.add(terms, blamed)) this.#tell(call, blamed, { status, gasUsed, dear })
  }

  /** Who of these can be paid by push. */
  async #chooseFrom(scene: Scene, wanted: PartyMask): Promise<PartyMask> {
    if (wanted === NOBODY || (await this.#isCheap(scene, wanted))) return wanted
    if (wanted !== 3) return NOBODY
    const [a, b] = [await this.#isCheap(scene, 1), await this.#isCheap(scene, 2)]
    if (a && b) return sideOf(scene.call.terms, this.#options.sender)
    return a ? 1 : b ? 2 : NOBODY
  }

  /** Simulates pushing to these with the gas and at the fees that the transaction would have. */
  async #isCheap(scene: Scene, pushed: PartyMask): Promise<boolean> {
    const { call, fees } = scene
    const { estimator, url } = this.#options
    const target = this.#target(call, without(payeesOf(call), pushed))
    const [dear, limit] = [dearOf(scene, pushed), limitOf(scene, pushed)]
    // An empty purse would look like an account that refuses.
    await estimator.checkFunds(call.type, limit * fees.maxFeePerGas)
    try {
      return (await estimator.gasOf(target, fees, limit)) <= dear
    } catch (cause) {
      // Silence says nothing of the account; all else does: with all credited the same call goes through.
      if (rpcError(url, 'eth_estimateGas', cause).code === 'CHAIN_UNREACHABLE') throw cause
      return false
    }
  }

  #target(call: PayingCall, asCredit: PartyMask): Target {
    const { sender, contract } = this.#options
    return { ...encodeCall(call, sender, asCredit), to: contract, call: call.type }
  }

  /** @param inBlock What a block said of it, where it was not a simulation. */
  #tell({ type, terms }: PayingCall, refused: PartyMask, inBlock: Readonly<Record<string, unknown>>): void {
    this.#options.log?.warn('payout.refused', { call: type, accounts: accountsOf(terms, refused), ...inBlock })
  }
}

/** How many times what honest recipients take is too much. */
const DEAR_TIMES = 2n

/** Twice what a call takes whose recipients are plain accounts or tokens. A plain native payment takes what a credit takes. */
function dearOf({ call, credited, push }: Scene, pushed: PartyMask): bigint {
  const transfers = call.terms.token === NATIVE_TOKEN ? 0n : countOf(pushed) * push
  return DEAR_TIMES * (credited + transfers)
}

/** Most gas of the transaction: recipients get half of what is left, and enough remains for all that comes after them. */
const limitOf = ({ base, push }: Scene, pushed: PartyMask): bigint => base + countOf(pushed) * push
