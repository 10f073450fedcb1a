import type { Address, Hex, Id } from '../hex.ts'
import type { InLane } from '../lane/in-lane.ts'
import type { OutLane } from '../lane/out-lane.ts'
import type { ChannelTerms, PartyIndex } from '../terms.ts'
import type { Close, Withdrawal } from '../voucher.ts'

/** A withdrawal that at least one side signed; dropped once a final block shows it executed or expired. */
export interface SignedWithdrawal {
  readonly withdrawal: Withdrawal
  readonly ownSignature?: Hex
  readonly peerSignature?: Hex
}

/** A cooperative close that at least one side signed. */
export interface SignedClose {
  readonly close: Close
  readonly ownSignature?: Hex
  readonly peerSignature?: Hex
}

/** `proposed`: this side asked and awaits the answer. `agreed`: usable. `ended`: nothing more to do here, on chain or off. */
export type ChannelStatus = 'proposed' | 'agreed' | 'rejected' | 'ended'

/** What this side wants of the channel: `together` only together, `close` together first and then alone, `dispute` alone at once. */
export type ChannelWish = 'keep' | 'together' | 'close' | 'dispute'

/** Why a channel takes no updates for good; the way out is on chain. */
export interface Freeze {
  readonly code: string
  readonly text: string
}

/** A channel as this side holds it. What the chain says of it stands elsewhere. */
export interface ChannelRecord {
  readonly channelId: Id
  readonly terms: ChannelTerms
  /** Which party this side is; it pays on the lane of the same index. */
  readonly self: PartyIndex
  /** The signer at the other end. */
  readonly peer: Address
  readonly status: ChannelStatus
  readonly wish: ChannelWish
  /** Unix second at which the wish last changed, or the record was made. */
  readonly wishedAt: bigint
  readonly out: OutLane
  readonly in: InLane
  /** What the peer paid here beside folds and the fees of its adds, less what was taken as returned fees, base units. */
  readonly surplus: bigint
  readonly withdrawals: readonly SignedWithdrawal[]
  readonly close?: SignedClose
  readonly freeze?: Freeze
}
