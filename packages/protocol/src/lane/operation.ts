import type { Hex, Id } from '../primitives/hex.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import type { LaneVoucher } from '../terms/voucher.ts'
import type { LockSubject } from './state.ts'

/**
 * What travels with an add. Hop i is the lane from path[i] to path[i+1].
 * `until[i]`: Unix second until which hop i lets the virtual channel live; never rising along the path.
 * `fees[i]`: what intermediary path[i+1] may keep, base units; the add's lane carries fees[i] and all later ones as a `pay` beside it.
 */
export interface Memo {
  readonly until: readonly bigint[]
  readonly fees: readonly bigint[]
}

/** A step from one state of a lane to the next. */
export type Operation =
  /** A lock that a virtual channel decides. */
  | { readonly type: 'add'; readonly terms: VirtualTerms; readonly memo: Memo }
  /** A lock that another resolver decides. `until`: Unix second until which its payer lets it stand. */
  | { readonly type: 'lock'; readonly subject: LockSubject; readonly amount: bigint; readonly until: bigint }
  | { readonly type: 'fold'; readonly lockId: Id; readonly amount: bigint }
  | { readonly type: 'pay'; readonly amount: bigint }

/** One signed lane voucher with the operations that lead to it from the voucher with seq `base` (0: the empty lane). */
export interface LaneUpdate {
  readonly base: bigint
  readonly operations: readonly Operation[]
  readonly voucher: LaneVoucher
  readonly signature: Hex
}
