import {
  type ChannelRecord,
  type Id,
  type LaneIndex,
  type LaneState,
  lockEntries,
  lowest,
  stateAt,
  type VirtualLock,
} from '@sluice/protocol'
import type { ChainReader } from '../ports/chain-view.ts'
import type { ChannelFacts } from '../records/channel-facts.ts'

/** What the chain was shown of a channel and has paid out of it, by any block or by final ones. */
type Settlement = Pick<ChannelFacts, 'shown' | 'unlocked'>
type Lanes = Pick<ChannelRecord, 'self' | 'out' | 'in'>

/** A lock of a settled channel. `gain`: what this side gets by unlocking it, base units; undefined while that is open. */
export interface SlotClaim {
  readonly slot: number
  readonly virtualId: Id
  readonly amount: bigint
  readonly gain: bigint | undefined
}

/** The locks of what the chain was shown of a lane. */
export function shownState(
  { self, out, in: received }: Lanes,
  { shown }: Settlement,
  lane: LaneIndex,
): LaneState | undefined {
  return stateAt(lane === self ? out : received, shown[lane].seq)
}

/** The slots of a lane of a settled channel that are not unlocked, with what this side gets of each by what the chain can know. */
export function ownSlots(channel: Lanes, settlement: Settlement, reader: ChainReader, lane: LaneIndex): SlotClaim[] {
  const state = shownState(channel, settlement, lane)
  if (state === undefined) return []
  const claims: SlotClaim[] = []
  for (const [slot, lock] of lockEntries(state.locks)) {
    const { virtualId, amount } = lock as VirtualLock
    if (settlement.unlocked.some((done) => done.lane === lane && done.slot === slot)) continue
    const { finalAt, redeemed } = reader.virtual(virtualId)
    const isDecided = finalAt !== undefined && (reader.head?.timestamp ?? 0n) >= finalAt
    const paid = lowest(redeemed, amount)
    const gain = isDecided ? (lane === channel.self ? amount - paid : paid) : undefined
    claims.push({ slot, virtualId, amount, gain })
  }
  return claims
}

/**
 * Whether something of this side's is, or may be, left in a settled channel. A lock that only the other side can get something by is not waited for.
 *
 * @param isAwaited Whether a virtual channel that the chain has not decided will be decided there.
 */
export function holdsOwn(
  channel: Lanes,
  settlement: Settlement,
  reader: ChainReader,
  isAwaited: (virtualId: Id) => boolean,
): boolean {
  const isOpen = ({ gain, virtualId }: SlotClaim, lane: LaneIndex): boolean =>
    gain === undefined ? lane === channel.self || isAwaited(virtualId) : gain !== 0n
  return ([0, 1] as const).some((lane) =>
    ownSlots(channel, settlement, reader, lane).some((claim) => isOpen(claim, lane)),
  )
}
