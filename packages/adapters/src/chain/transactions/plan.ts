import type { Address } from '@sluice/protocol'
import type { CallData } from '../calls.ts'
import type { Payout } from '../payouts/payees.ts'

/** What a transaction does. */
export interface Target extends CallData {
  readonly to: Address
  /** The call's name. */
  readonly call: string
  /** What to look at once it is in a block, where it pays. */
  readonly payout?: Payout
}

/** A transaction that only lacks its nonce and its fees. */
export interface Plan {
  readonly target: Target
  /** Most gas that it may use. */
  readonly gas: bigint
  /** What it is taken to use, where all accounts are honest. */
  readonly expected: bigint
}
