import type { InLane } from '../lane/in-lane.ts'
import type { OutLane } from '../lane/out-lane.ts'
import type { ChannelPhase } from '../machines/channels/channel-phase.ts'
import type { Address, Hex, Id } from '../primitives/hex.ts'
import type { ChannelTerms, PartyIndex } from '../terms/terms.ts'
import type { Withdrawal } from '../terms/voucher.ts'

/**
 * A withdrawal that this side signed; its signature is made again when it is needed. `signed`: the peer has not answered. `refused`: the peer said
 * no. `agreed`: both signed. Dropped once a final block shows it executed or expired.
 */
export type SignedWithdrawal =
  | { readonly type: 'signed'; readonly withdrawal: Withdrawal }
  | { readonly type: 'refused'; readonly withdrawal: Withdrawal; readonly code: string }
  | { readonly type: 'agreed'; readonly withdrawal: Withdrawal; readonly peerSignature: Hex }

/** A channel as this side holds it. What the chain says of it stands elsewhere. */
export interface ChannelRecord {
  readonly channelId: Id
  readonly terms: ChannelTerms
  /** Which party this side is; it pays on the lane of the same index. */
  readonly self: PartyIndex
  /** The signer at the other end. */
  readonly peer: Address
  readonly phase: ChannelPhase
  readonly out: OutLane
  readonly in: InLane
  /** What the peer paid here beside folds and the fees of its adds, less what was taken as returned fees, base units. */
  readonly surplus: bigint
  readonly withdrawals: readonly SignedWithdrawal[]
}
