import { recordKind } from '@sluice/protocol'
import { bit, bytes32, list, oneOf, optional, pair, struct, uint, uint32 } from '@sluice/protocol/codec'
import type { ChannelFacts, ShownLane, UnlockedSlot } from '../ports/chain-view.ts'

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
