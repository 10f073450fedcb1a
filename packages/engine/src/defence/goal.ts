import type { ChainCall } from '../ports/chain.ts'

/**
 * A call that should be made now. Goals are computed anew from records and the chain at every block, so nothing about them is
 * stored: one is over when it is no longer computed, and comes back by itself after a reorg or a restart. Each call is
 * harmless when made twice.
 */
export interface Goal {
  /** The same for the same effect. */
  readonly key: string
  readonly call: ChainCall
}
