import type { Id } from '@sluice/protocol'
import type { ChainCall } from '../../ports/chain.ts'
import type { ChainReader } from '../../ports/chain-view.ts'

/**
 * A call that should be made now. Goals are computed anew from records and the chain at every block, so nothing about them is
 * stored: one is over when it is no longer computed, and comes back by itself after a reorg or a restart. Each call is
 * harmless when made twice.
 */
export interface Goal {
  /** The channel or virtual channel that it is for. */
  readonly id: Id
  /** The same for the same effect, among the goals for this id. */
  readonly key: string
  /** What reaches it alone. Goals that go together are reached by one call in place of theirs. */
  readonly call: ChainCall
  /**
   * What this side loses if it is not reached, and what it owns that only this frees, native base units. Undefined in a token whose price
   * the policy does not name: then no call is too dear.
   */
  readonly value: bigint | undefined
  /** Unix second from which it comes too late. Without one it can wait for as long as it takes. */
  readonly deadline?: bigint
  /** Whether the chain shows what it is for, by whomever. Of what is lost where its deadline passes without it. */
  readonly isReached?: (chain: ChainReader) => boolean
  /**
   * What was lost where its deadline passed without it, by what the chain shows, native base units; all that it is worth if left out. What is worth
   * defending because of what may still happen need not be lost when nothing did.
   */
  readonly lossBy?: (chain: ChainReader) => bigint | undefined
  /** Whether its call goes out as it is, by itself: consent in it is another's, and for it alone. */
  readonly isWhole?: boolean
  /** Whether it answers a close: among what is worth more than it costs, that goes first. */
  readonly isAnswer?: boolean
}
