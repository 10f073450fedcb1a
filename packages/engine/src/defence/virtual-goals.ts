import {
  type ChannelRecord,
  highestValue,
  holdsLock,
  type Id,
  type InLane,
  type LaneIndex,
  type OutLane,
  stateAt,
  type VirtualRecord,
} from '@sluice/protocol'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import type { Goal } from './goal.ts'

/** What a virtual channel's goals are computed from. */
export interface VirtualScene {
  readonly record: VirtualRecord
  readonly channel: (channelId: Id) => ChannelRecord | undefined
  readonly reader: ChainReader
  readonly env: Environment
}

/** What should be called on chain for a virtual channel now: begin its window when nothing else helps, and redeem while it runs. */
export function virtualGoals(scene: VirtualScene): readonly Goal[] {
  const { record, reader, env } = scene
  const time = reader.head?.timestamp
  if (time === undefined) return []
  const { virtualId, terms, position, voucher } = record
  const { finalAt, redeemed } = reader.virtual(virtualId)
  if (finalAt === undefined) {
    if (!isInDispute(scene) && !isUnfollowed(scene, time)) return []
    const request = { by: env.self, signature: env.signer.sign(env.digests.closeRequest(virtualId)) }
    return [{ key: 'closeVirtual', call: { type: 'closeVirtual', terms, request } }]
  }
  const value = highestValue(voucher, terms.capacity)
  if (voucher === undefined || position === 0 || time >= finalAt || value <= redeemed) return []
  if (!isLive(record) && !isInDispute(scene)) return []
  return [{ key: `redeem/${value}`, call: { type: 'redeem', terms, signed: voucher } }]
}

const isLive = ({ status }: VirtualRecord): boolean => status !== 'closed' && status !== 'spent' && status !== 'early'

interface Leg {
  readonly channelId: Id
  readonly slot: number
}

/** Whether a disputed channel holds the lock, or can still be shown to hold it: then only the chain can tell what it pays. */
function isInDispute({ record, channel, reader }: VirtualScene): boolean {
  const holds = (leg: Leg | undefined, side: 'in' | 'out'): boolean => {
    const found = leg && channel(leg.channelId)
    if (leg === undefined || found?.status !== 'agreed') return false
    const lane: LaneIndex = side === 'out' ? found.self : found.self === 0 ? 1 : 0
    return isLockAtStake(found[side], lane, leg, record.virtualId, reader)
  }
  return holds(record.incoming, 'in') || holds(record.outgoing, 'out')
}

function isLockAtStake(
  lane: InLane | OutLane,
  index: LaneIndex,
  { channelId, slot }: Leg,
  virtualId: Id,
  reader: ChainReader,
): boolean {
  const { closesAt, ended, shown, any } = reader.channel(channelId)
  if (closesAt === undefined || ended === 'closed') return false
  if (ended === 'settled') {
    const state = stateAt(lane, shown[index])
    const isUnlocked = any.unlocked.some((done) => done.lane === index && done.slot === slot)
    return state !== undefined && !isUnlocked && holdsLock(state, slot, virtualId)
  }
  return [lane.base, ...lane.updates].some(({ state }) => holdsLock(state, slot, virtualId))
}

/** Whether a neighbour had its time to follow a close, or to countersign, and did not. */
function isUnfollowed({ record, env }: VirtualScene, time: bigint): boolean {
  if (!isLive(record)) return false
  const isLate = (since: bigint | undefined, timeout: number) => since !== undefined && time >= since + BigInt(timeout)
  const { followTimeout, countersignTimeout } = env.policy
  return (
    isLate(record.claimedAt, followTimeout) ||
    isLate(record.closingSince, 2 * followTimeout) ||
    isLate(record.clearingSince, countersignTimeout)
  )
}
