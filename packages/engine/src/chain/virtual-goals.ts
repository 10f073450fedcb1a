import { type ChannelRecord, highestValue, type Id, type VirtualRecord } from '@sluice/protocol'
import type { Environment } from '../loop/environment.ts'
import type { Goal } from './goal.ts'
import type { ChainReader } from './view.ts'

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
    if (!needsChain(scene, time)) return []
    const request = { by: env.self, signature: env.signer.sign(env.digests.closeRequest(virtualId)) }
    return [{ key: 'closeVirtual', call: { type: 'closeVirtual', terms, request } }]
  }
  const value = highestValue(voucher, terms.capacity)
  if (voucher === undefined || position === 0 || time >= finalAt || value <= redeemed) return []
  return [{ key: `redeem/${value}`, call: { type: 'redeem', terms, signed: voucher } }]
}

/** Whether only the chain can tell what the virtual channel pays: a channel with its lock is disputed, or a neighbour does not follow. */
export function needsChain({ record, channel, reader, env }: VirtualScene, time: bigint): boolean {
  const legs = [record.incoming, record.outgoing].flatMap((leg) => {
    const found = leg && channel(leg.channelId)
    return found === undefined ? [] : [found]
  })
  const isLive = record.status !== 'closed' && record.status !== 'spent'
  const isDisputed = legs.some(({ channelId }) => {
    const { closesAt, endedFinal } = reader.channel(channelId)
    return closesAt !== undefined && endedFinal !== 'closed'
  })
  if (isDisputed) return isLive || legs.some(({ status }) => status === 'agreed')
  if (!isLive) return false
  const isLate = (since: bigint | undefined, timeout: number) => since !== undefined && time >= since + BigInt(timeout)
  const { followTimeout, countersignTimeout } = env.policy
  return (
    isLate(record.claimedAt, followTimeout) ||
    isLate(record.closingSince, 2 * followTimeout) ||
    isLate(record.clearingSince, countersignTimeout)
  )
}
