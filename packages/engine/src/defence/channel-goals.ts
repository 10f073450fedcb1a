import {
  type ChannelRecord,
  type CountersignedVoucher,
  type Id,
  type InLane,
  type LaneIndex,
  type LaneState,
  lockEntries,
  lockProof,
  lowest,
  stateAt,
  type VirtualLock,
} from '@sluice/protocol'
import { isAgreedClose } from '../channels/close.ts'
import type { ChainCall, LockProof, SignedLaneVoucher } from '../ports/chain.ts'
import type { ChainReader, ChannelChain } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import type { Goal } from './goal.ts'

/** Most locks that one transaction unlocks. */
const UNLOCK_BATCH = 40

interface Scene {
  readonly record: ChannelRecord
  readonly chain: ChannelChain
  readonly reader: ChainReader
  readonly env: Environment
  /** Unix seconds of the newest block. */
  readonly time: bigint
}

/** What should be called on chain for a channel now. */
export function channelGoals(record: ChannelRecord, reader: ChainReader, env: Environment): readonly Goal[] {
  const time = reader.head?.timestamp
  const chain = reader.channel(record.channelId)
  if (time === undefined || record.status !== 'agreed' || chain.ended === 'closed') return []
  const scene: Scene = { record, chain, reader, env, time }
  if (chain.ended === 'settled') return unlockGoals(scene)
  return [...withdrawGoals(scene), ...closeGoals(scene), ...disputeGoals(scene)]
}

/** The signatures of both, a's first. */
function ordered({ self }: ChannelRecord, own: `0x${string}`, peer: `0x${string}`) {
  return self === 0 ? ([own, peer] as const) : ([peer, own] as const)
}

function withdrawGoals({ record, chain, time }: Scene): Goal[] {
  const { terms, self } = record
  return record.withdrawals.flatMap(({ withdrawal, ownSignature, peerSignature }) => {
    const { party, total, deadline } = withdrawal
    const isOwn = party === self && ownSignature !== undefined && peerSignature !== undefined
    if (!isOwn || chain.any.withdrawn[party] >= total || time >= deadline) return []
    const signatures = ordered(record, ownSignature, peerSignature)
    return [{ key: `withdraw/${total}`, call: { type: 'withdraw', terms, withdrawal, signatures } }]
  })
}

/** Who wants the close executes it; the other side only when the deadline comes near. */
function closeGoals({ record, env, time }: Scene): Goal[] {
  const { terms, close: agreed, wish } = record
  if (!isAgreedClose(agreed) || time >= agreed.close.deadline) return []
  const isNear = agreed.close.deadline - time < BigInt(env.policy.deadlineMin)
  if (wish === 'keep' && !isNear) return []
  const signatures = ordered(record, agreed.ownSignature, agreed.peerSignature)
  return [{ key: `close/${agreed.close.deadline}`, call: { type: 'close', terms, close: agreed.close, signatures } }]
}

function disputeGoals(scene: Scene): Goal[] {
  const { record, chain, env, time } = scene
  const { terms, channelId } = record
  if (chain.closesAt === undefined) {
    if (record.wish !== 'dispute') return []
    const request = { by: env.self, signature: env.signer.sign(env.digests.closeRequest(channelId)) }
    const voucher = newestReceived(record.in, env)
    const call: ChainCall = { type: 'startClose', terms, request, ...(voucher && { voucher }) }
    return [{ key: 'startClose', call }]
  }
  if (time < chain.closesAt) return showGoals(scene)
  // Who did not ask for the dispute leaves it to the other side for a while: a second transaction would be for nothing.
  const patience = record.wish === 'dispute' ? 0n : BigInt(env.policy.chainLag)
  if (time < chain.closesAt + patience) return []
  const locks = [chain.any.shown[0], chain.any.shown[1]] as const
  return [{ key: `settle/${chain.shown.join('/')}`, call: { type: 'settle', terms, locks } }]
}

/** Shows what this side received newest, and of its own lane the newest that the peer signed too. */
function showGoals({ record, chain, env }: Scene): Goal[] {
  const goals: Goal[] = []
  const show = (voucher: SignedLaneVoucher | undefined) => {
    if (voucher === undefined || voucher.voucher.seq <= chain.shown[voucher.voucher.lane]) return
    const { lane, seq } = voucher.voucher
    goals.push({ key: `updateLane/${lane}/${seq}`, call: { type: 'updateLane', terms: record.terms, voucher } })
  }
  show(newestReceived(record.in, env))
  show(fromCountersigned(record.out.base.signed))
  return goals
}

function fromCountersigned(signed: CountersignedVoucher | undefined): SignedLaneVoucher | undefined {
  return signed
}

/** The newest voucher accepted, signed by its receiver, this side, too: so that whoever sends it may show it. */
function newestReceived(lane: InLane, env: Environment): SignedLaneVoucher | undefined {
  const newest = lane.updates.at(-1)?.update
  if (newest === undefined) return fromCountersigned(lane.base.signed)
  const receiverSignature = env.signer.sign(env.digests.laneVoucher(newest.voucher))
  return { voucher: newest.voucher, payerSignature: newest.signature, receiverSignature }
}

/** The virtual channels with a lock in any voucher of the channel that can still be shown. */
export function* lockedIn({ out, in: received }: ChannelRecord): Generator<Id> {
  for (const { base, updates } of [out, received]) {
    for (const { state } of [base, ...updates]) {
      for (const [, lock] of lockEntries(state.locks)) yield (lock as VirtualLock).virtualId
    }
  }
}

/** The locks of what the chain was shown of a lane. */
export function shownState(record: ChannelRecord, chain: ChannelChain, lane: LaneIndex): LaneState | undefined {
  return stateAt(lane === record.self ? record.out : record.in, chain.shown[lane])
}

/** The slots of a settled channel that still hold something of this side's, by what the chain can know. */
export function ownSlots(
  record: ChannelRecord,
  chain: ChannelChain,
  reader: ChainReader,
  lane: LaneIndex,
): SlotClaim[] {
  const state = shownState(record, chain, lane)
  if (state === undefined) return []
  const claims: SlotClaim[] = []
  for (const [slot, lock] of lockEntries(state.locks)) {
    const { virtualId, amount } = lock as VirtualLock
    if (chain.any.unlocked.some((done) => done.lane === lane && done.slot === slot)) continue
    const { finalAt, redeemed } = reader.virtual(virtualId)
    const isDecided = finalAt !== undefined && (reader.head?.timestamp ?? 0n) >= finalAt
    const paid = lowest(redeemed, amount)
    const gain = isDecided ? (lane === record.self ? amount - paid : paid) : undefined
    claims.push({ slot, virtualId, amount, gain })
  }
  return claims
}

/** A lock of a settled channel. `gain`: what this side gets by unlocking it, base units; undefined while that is open. */
export interface SlotClaim {
  readonly slot: number
  readonly virtualId: `0x${string}`
  readonly amount: bigint
  readonly gain: bigint | undefined
}

function unlockGoals({ record, chain, reader, env }: Scene): Goal[] {
  return ([0, 1] as const).flatMap((lane) => {
    const state = shownState(record, chain, lane)
    if (state === undefined) return []
    const ready = ownSlots(record, chain, reader, lane).filter(({ gain }) => gain !== undefined && gain > 0n)
    const goals: Goal[] = []
    for (let i = 0; i < ready.length; i += UNLOCK_BATCH) {
      const batch = ready.slice(i, i + UNLOCK_BATCH)
      const locks = batch.map(({ slot, virtualId, amount }): LockProof => {
        const proof = lockProof(state.locks, slot)
        return { slot, amount, resolver: env.digests.domain.contract, virtualId, side: 0, proof }
      })
      const { locked } = chain.any.shown[lane]
      const key = `unlock/${lane}/${batch.map(({ slot }) => slot).join(',')}`
      goals.push({ key, call: { type: 'unlock', terms: record.terms, lane, locked, locks } })
    }
    return goals
  })
}
