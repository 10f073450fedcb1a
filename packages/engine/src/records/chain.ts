import type { Hex, Id, PartyIndex } from '@sluice/protocol'
import { bit, hex, integer, list, oneOf, optional, pair, struct, text, uint } from './field.ts'
import { recordKind } from './record-kind.ts'

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

/** What the chain's events up to some block say of a virtual channel. */
export interface VirtualFacts {
  readonly virtualId: Id
  /** Highest amount redeemed, base units. */
  readonly amount: bigint
  /** Unix second from which the amount is final. */
  readonly finalAt: bigint
  readonly at: bigint
}

/** How far the durable facts go. */
export interface Cursor {
  readonly number: bigint
  readonly timestamp: bigint
}

/** A deposit under way. Unlike any other call it must not happen twice: it is signed once and stored before it is sent. */
export interface DepositRecord {
  /** 16 random bytes. */
  readonly depositId: Hex
  readonly channelId: Id
  readonly party: PartyIndex
  readonly amount: bigint
  readonly prepared?: { readonly hash: Hex; readonly raw: Hex; readonly nonce: number }
  /** Why it failed for good. */
  readonly failed?: string
  /** Block in which it stands, by the newest look. */
  readonly block?: bigint
}

const shownLane = struct<ShownLane>({ seq: uint, paid: uint, locked: uint, locksRoot: hex })

export const channelFactsKind = recordKind<ChannelFacts>(
  'chain-channel/',
  struct<ChannelFacts>({
    channelId: hex,
    deposits: pair(uint),
    withdrawn: pair(uint),
    closesAt: optional(uint),
    shown: pair(shownLane),
    ended: optional(oneOf('closed', 'settled')),
    paidOut: optional(pair(uint)),
    pools: optional(pair(uint)),
    unlocked: list(struct<UnlockedSlot>({ lane: bit, slot: integer })),
    at: uint,
  }),
  ({ channelId }) => channelId,
)

export const virtualFactsKind = recordKind<VirtualFacts>(
  'chain-virtual/',
  struct<VirtualFacts>({ virtualId: hex, amount: uint, finalAt: uint, at: uint }),
  ({ virtualId }) => virtualId,
)

export const cursorKind = recordKind<Cursor>(
  'chain-cursor/',
  struct<Cursor>({ number: uint, timestamp: uint }),
  () => 'final',
)

export const depositKind = recordKind<DepositRecord>(
  'deposit/',
  struct<DepositRecord>({
    depositId: hex,
    channelId: hex,
    party: bit,
    amount: uint,
    prepared: optional(struct<{ hash: Hex; raw: Hex; nonce: number }>({ hash: hex, raw: hex, nonce: integer })),
    failed: optional(text),
    block: optional(uint),
  }),
  ({ depositId }) => depositId,
)
