import { type Id, recordKind } from '@sluice/protocol'
import { bytes32, struct, uint } from '@sluice/protocol/codec'

/** What was forwarded for a channel's peer: how much it brought, and how it ended. What is long ago counts less. */
export interface StandingRecord {
  readonly channelId: Id
  /** Fees kept, base units. */
  readonly earned: bigint
  /** Virtual channels that were folded in time, in thousandths. */
  readonly inTime: bigint
  /** Those that were not, in thousandths. */
  readonly late: bigint
  /** What it left unfolded of what was folded for it, base units. That does not fade. */
  readonly left: bigint
  /** Unix second as of which that is so. */
  readonly at: bigint
}

export const standingKind = recordKind<StandingRecord>(
  'standing/',
  struct<StandingRecord>({ channelId: bytes32, earned: uint, inTime: uint, late: uint, left: uint, at: uint }),
  ({ channelId }) => channelId,
)
