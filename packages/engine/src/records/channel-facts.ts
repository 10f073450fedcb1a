import { type Hex, type Id, recordKind } from '@sluice/protocol'
import { bit, bytes32, list, oneOf, optional, pair, struct, uint, uint32 } from '@sluice/protocol/codec'

/** The voucher that the chain was last shown of a lane. `seq` 0: none. Amounts in base units. */
export interface ShownLane {
  readonly seq: bigint
  readonly paid: bigint
  readonly locked: bigint
  readonly locksRoot: Hex
}

/** A lane's slot that the chain has paid out. */
export interface UnlockedSlot {
  readonly lane: 0 | 1
  readonly slot: number
}

/** What the chain's events up to some block say of a channel. Amounts in base units, of a and b. */
export interface ChannelFacts {
  readonly channelId: Id
  readonly deposits: readonly [bigint, bigint]
  readonly withdrawn: readonly [bigint, bigint]
  /** Unix second from which a one-sided close may be settled, once it was started. */
  readonly closesAt?: bigint
  readonly shown: readonly [ShownLane, ShownLane]
  readonly ended?: 'closed' | 'settled'
  /** What was paid at the end, at once. */
  readonly paidOut?: readonly [bigint, bigint]
  /** What settling kept for each lane's locks. */
  readonly pools?: readonly [bigint, bigint]
  readonly unlocked: readonly UnlockedSlot[]
  /** Block time of the newest event, Unix seconds. */
  readonly at: bigint
}

const shownLane = struct<ShownLane>({ seq: uint, paid: uint, locked: uint, locksRoot: bytes32 })

export const channelFactsKind = recordKind<ChannelFacts>(
  'chain-channel/',
  struct<ChannelFacts>({
    channelId: bytes32,
    deposits: pair(uint),
    withdrawn: pair(uint),
    closesAt: optional(uint),
    shown: pair(shownLane),
    ended: optional(oneOf('closed', 'settled')),
    paidOut: optional(pair(uint)),
    pools: optional(pair(uint)),
    unlocked: list(struct<UnlockedSlot>({ lane: bit, slot: uint32 }), 0, Number.POSITIVE_INFINITY),
    at: uint,
  }),
  ({ channelId }) => channelId,
)
