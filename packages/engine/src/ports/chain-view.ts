import type { Hex, Id } from '@sluice/protocol'

/** A block's number and its time in Unix seconds. */
export interface BlockPoint {
  readonly number: bigint
  readonly timestamp: bigint
}

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
  /** What is left of what settling kept for each lane's locks. Once it is zero, the lane's locks are over, unlocked or not. */
  readonly pools?: readonly [bigint, bigint]
  readonly unlocked: readonly UnlockedSlot[]
  /** Block time of the newest event, Unix seconds. */
  readonly at: bigint
}

/** What the chain says of a channel. "Final": by a final block of the chain policy. "Any": by any block not reorged out. */
export interface ChannelChain {
  /** Final deposits of a and b, base units. */
  readonly deposits: readonly [bigint, bigint]
  /** Final withdrawn totals of a and b, base units. */
  readonly withdrawn: readonly [bigint, bigint]
  /** Any: a close was started; Unix second from which it may be settled. */
  readonly closesAt: bigint | undefined
  /** Any: the newest seq shown in each lane, 0 for none. */
  readonly shown: readonly [bigint, bigint]
  /** Any: how it ended. */
  readonly ended: 'closed' | 'settled' | undefined
  /** Final: how it ended. */
  readonly endedFinal: 'closed' | 'settled' | undefined
  /** Any: all of it. */
  readonly any: ChannelFacts
  /** Final: all of it. */
  readonly final: ChannelFacts
}

/** What the chain says of a virtual channel. */
export interface VirtualChain {
  /** Any: its window has begun; Unix second from which it is final. */
  readonly finalAt: bigint | undefined
  /** Any: highest amount redeemed. */
  readonly redeemed: bigint
  /** Final: what it paid in the end, once a final block is at or past `finalAt`. */
  readonly finalAmount: bigint | undefined
}

/** The chain as of this batch. Of an id that the chain never named, the empty view. */
export interface ChainReader {
  /** Newest block; undefined before the first. */
  readonly head: BlockPoint | undefined
  /** Newest final block; undefined before the first. */
  readonly final: BlockPoint | undefined
  /** Whether those who are asked about the chain disagree. */
  readonly isDoubted: boolean
  channel(channelId: Id): ChannelChain
  virtual(virtualId: Id): VirtualChain
  /** Whether the chain ever named the id, as a channel's or a virtual channel's. */
  knows(id: Id): boolean
}
