import { type ChannelRecord, holdsLock, type Id, type LaneIndex, stateAt } from '@sluice/protocol'
import type { StateView } from '../ports/tx.ts'
import { otherParty } from './channel.ts'

/** Whether a disputed channel holds a lock, or can still be shown to hold it: then only the chain decides what it pays. */
export function isLockDisputed(
  { chain }: Pick<StateView, 'chain'>,
  channel: ChannelRecord,
  side: 'in' | 'out',
  slot: number,
  virtualId: Id,
): boolean {
  const { closesAt, ended, shown, any } = chain.channel(channel.channelId)
  if (closesAt === undefined || ended === 'closed') return false
  const index: LaneIndex = side === 'out' ? channel.self : otherParty(channel.self)
  const lane = channel[side]
  if (ended === 'settled') {
    const state = stateAt(lane, shown[index])
    const isUnlocked = any.unlocked.some((done) => done.lane === index && done.slot === slot)
    return any.pools?.[index] !== 0n && state !== undefined && !isUnlocked && holdsLock(state, slot, virtualId)
  }
  return [lane.base, ...lane.updates].some(({ state }) => holdsLock(state, slot, virtualId))
}
