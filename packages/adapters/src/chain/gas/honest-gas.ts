import type { ChainCall, Clock } from '@sluice/engine'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { SEPARATOR_CALL } from '../calls.ts'
import type { Estimator } from '../transactions/estimate.ts'
import type { Fees } from '../transactions/fees.ts'

// Gas by Ethereum's schedule. The contract gives a recipient, a token or a resolver half of the gas that is left, so each figure is twice
// what they may use, and some more.

/**
 * What a native payment may add to a credit. A wallet behind a proxy gets some 35,000 with it, enough to write a word and to log. One
 * that burns what it gets leaves enough for all that comes after it.
 */
export const NATIVE_PUSH_GAS = 50_000n
/** What a token's transfer adds: the dearest in wide use take some 150,000. */
export const TOKEN_PUSH_GAS = 350_000n
/** What asking a resolver other than the contract adds. */
const RESOLVER_GAS = 100_000n
/** What all calls that run the code of others take besides. */
const BASE_GAS = 150_000n
/** A lock's proof, its bit and its event. */
const LOCK_GAS = 35_000n

/**
 * The most that an honest call can take by Ethereum's schedule, if it runs code that somebody else wrote; undefined for one that runs
 * nothing but the contract, whose estimate nobody can push up.
 */
export function honestGas(call: ChainCall, contract: Address): bigint | undefined {
  switch (call.type) {
    case 'deposit':
      return call.terms.token === NATIVE_TOKEN ? undefined : BASE_GAS + TOKEN_PUSH_GAS
    case 'pushCredit':
      return BASE_GAS + (call.token === NATIVE_TOKEN ? NATIVE_PUSH_GAS : TOKEN_PUSH_GAS)
    case 'unlock': {
      const foreign = call.locks.filter(({ resolver }) => resolver !== contract).length
      return foreign === 0
        ? undefined
        : BASE_GAS + BigInt(call.locks.length) * LOCK_GAS + BigInt(foreign) * RESOLVER_GAS
    }
    default:
      return undefined
  }
}

/** The most that a token may take to note an allowance, by Ethereum's schedule. */
export const APPROVE_GAS = BASE_GAS + TOKEN_PUSH_GAS

/** What asking the contract for its domain separator takes by Ethereum's schedule. */
const PROBE_GAS = 21_500n
/** For how long a measured scale holds, milliseconds. */
const SCALE_MS = 600_000

/** How many times Ethereum's gas the same work takes on this chain, by a call of the contract that runs nobody's code. */
export class GasScale {
  readonly #estimator: Estimator
  readonly #contract: Address
  readonly #clock: Clock
  #measured: { readonly probe: bigint; readonly at: number } | undefined

  constructor(estimator: Estimator, contract: Address, clock: Clock) {
    this.#estimator = estimator
    this.#contract = contract
    this.#clock = clock
  }

  /** What a figure of Ethereum's schedule is on this chain; never less. */
  async here(gas: bigint, fees: Fees): Promise<bigint> {
    const now = this.#clock.now()
    if (this.#measured === undefined || now - this.#measured.at >= SCALE_MS) {
      const target = { to: this.#contract, data: SEPARATOR_CALL, value: 0n, call: 'domainSeparator' }
      this.#measured = { probe: await this.#estimator.gasOf(target, fees), at: now }
    }
    const { probe } = this.#measured
    return probe <= PROBE_GAS ? gas : (gas * probe) / PROBE_GAS
  }
}
