import type { Hex, Id } from '../primitives/hex.ts'
import type { LaneIndex, PartyIndex } from './terms.ts'

/** The running total of a lane, signed by its payer. All amounts are cumulative base units (uint128); seq is uint64, the first is 1. */
export interface LaneVoucher {
  readonly channelId: Id
  readonly lane: LaneIndex
  readonly seq: bigint
  readonly paid: bigint
  readonly locked: bigint
  readonly locksRoot: Hex
}

/** The running total of a virtual channel, signed by its payer. Ticks are all-zero when unused. */
export interface Voucher {
  readonly virtualId: Id
  readonly amount: bigint
  readonly tickAnchor: Hex
  readonly tickValue: bigint
  /** uint32. */
  readonly tickCount: number
}

/** A cooperative close, signed by both: moves `amount` from the side `from` to the other. `deadline`: Unix seconds, uint64. */
export interface Close {
  readonly channelId: Id
  readonly from: PartyIndex
  readonly amount: bigint
  readonly deadline: bigint
}

/** A cooperative withdrawal, signed by both. `total`: all that `party` has withdrawn so far, this one included. */
export interface Withdrawal {
  readonly channelId: Id
  readonly party: PartyIndex
  readonly total: bigint
  readonly deadline: bigint
}

/**
 * A request that whoever brings it to the chain starts the closes of these channels or virtual channels, all of which its signer may
 * close. It can be used up to and including `deadline`, in Unix seconds, uint64.
 */
export interface CloseRequest {
  readonly ids: readonly Id[]
  readonly deadline: bigint
}

/** A voucher with its payer's signature and, where ticks are revealed, the highest one. */
export interface SignedVoucher {
  readonly voucher: Voucher
  readonly signature: Hex
  readonly tick?: Tick
}

/** The `index`-th preimage of a voucher's hash chain; keccak^index(preimage) is its anchor. */
export interface Tick {
  readonly index: number
  readonly preimage: Hex
}
