import type { Id } from '@sluice/protocol'
import type { ChannelFacts } from '../records/channel-facts.ts'

/** A block's number and its time in Unix seconds. */
export interface BlockPoint {
  readonly number: bigint
  readonly timestamp: bigint
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
  /** Newest block; undefined before the first was told. */
  readonly head: BlockPoint | undefined
  /** Newest final block; undefined before the first. */
  readonly final: BlockPoint | undefined
  channel(channelId: Id): ChannelChain
  virtual(virtualId: Id): VirtualChain
  /** Whether the chain ever named the id, as a channel's or a virtual channel's. */
  knows(id: Id): boolean
}
