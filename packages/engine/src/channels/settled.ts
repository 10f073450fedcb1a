import {
  type ChannelRecord,
  type Id,
  type LaneIndex,
  type LaneLock,
  type LaneState,
  lockEntries,
  lowest,
  stateAt,
} from '@sluice/protocol'
import type { ChainReader, ChannelFacts } from '../ports/chain-view.ts'

/** What the chain was shown of a channel and has paid out of it, by any block or by final ones. */
type Settlement = Pick<ChannelFacts, 'shown' | 'unlocked' | 'pools'>
type Lanes = Pick<ChannelRecord, 'self' | 'out' | 'in'>

/** A lock of a settled channel. `gain`: what this side gets by unlocking it, base units; undefined while that is open. */
export interface SlotClaim {
  readonly slot: number
  readonly lock: LaneLock
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

/**
 * The slots of a lane of a settled channel that are not unlocked, with what this side gets of each by what the chain can know. None once
 * the lane's pool is empty.
 */
export function ownSlots(channel: Lanes, settlement: Settlement, reader: ChainReader, lane: LaneIndex): SlotClaim[] {
  const state = shownState(channel, settlement, lane)
  if (state === undefined || settlement.pools?.[lane] === 0n) return []
  const claims: SlotClaim[] = []
  for (const [slot, found] of lockEntries(state.locks)) {
    if (settlement.unlocked.some((done) => done.lane === lane && done.slot === slot)) continue
    const lock = found as LaneLock
    const paid = paidBy(lock, reader)
    const gain = paid === undefined ? undefined : lane === channel.self ? lock.amount - paid : paid
    claims.push({ slot, lock, gain })
  }
  return claims
}

/** What a lock pays, base units, by any block; undefined while that is open. */
function paidBy({ lockId, amount, subject }: LaneLock, reader: ChainReader): bigint | undefined {
  if (subject !== undefined) return undefined
  const { finalAt, redeemed } = reader.virtual(lockId)
  const isDecided = finalAt !== undefined && (reader.head?.timestamp ?? 0n) >= finalAt
  return isDecided ? lowest(redeemed, amount) : undefined
}

/**
 * Whether something of this side's is, or may be, left in a settled channel. A lock that only the other side can get something by is not waited for.
 *
 * @param isAwaited Whether what decides a lock, and has not on chain, will be decided there.
 */
export function holdsOwn(
  channel: Lanes,
  settlement: Settlement,
  reader: ChainReader,
  isAwaited: (lockId: Id) => boolean,
): boolean {
  const isOpen = ({ gain, lock }: SlotClaim, lane: LaneIndex): boolean =>
    gain === undefined ? lane === channel.self || isAwaited(lock.lockId) : gain !== 0n
  return ([0, 1] as const).some((lane) =>
    ownSlots(channel, settlement, reader, lane).some((claim) => isOpen(claim, lane)),
  )
}
