import type { Hex } from '../primitives/hex.ts'
import type { LaneVoucher } from '../terms/voucher.ts'
import type { LaneUpdate, Operation } from './operation.ts'
import type { LaneState } from './state.ts'

/** A voucher that both signed: anyone may show it, and it kills all older ones of its lane. */
export interface CountersignedVoucher {
  readonly voucher: LaneVoucher
  readonly payerSignature: Hex
  readonly receiverSignature: Hex
}

/** The newest countersigned voucher of a lane and its state; no voucher before the first countersignature. */
export interface LaneBase {
  readonly signed: CountersignedVoucher | undefined
  readonly state: LaneState
}

/** `refused`: never accepted, but it can still be shown on chain, so it counts as signed. */
export type OutUpdateStatus = 'sent' | 'accepted' | 'refused'

export interface OutUpdate {
  readonly update: LaneUpdate
  readonly status: OutUpdateStatus
  /** The lane after the update. */
  readonly state: LaneState
}

/** Operations of this batch that wait for the one signature they share. Never on disk. */
export interface LaneDraft {
  readonly operations: readonly Operation[]
  /** `seq` is still that of the state built on. */
  readonly state: LaneState
}

/** The lane that this side pays on. */
export interface OutLane {
  /** Newest voucher that the receiver countersigned. */
  readonly base: LaneBase
  /** All updates signed above the base, refused ones included, in ascending order of seq. */
  readonly updates: readonly OutUpdate[]
  /** The state that the next update builds on: the newest that is not refused. */
  readonly current: LaneState
  /** The next unused seq. */
  readonly nextSeq: bigint
  readonly draft?: LaneDraft
  /** The receiver was asked to countersign up to this seq. */
  readonly askedSeq: bigint
  /** Unix second since which something signed waits for a countersignature. */
  readonly waitingSince?: bigint
}
