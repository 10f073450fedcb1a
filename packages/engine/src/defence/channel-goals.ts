import {
  type ChannelRecord,
  type CountersignedVoucher,
  closesAlone,
  type Hex,
  type Id,
  type InLane,
  isStanding,
  type LaneLock,
  lockEntries,
  lockProof,
  type StandingPhase,
} from '@sluice/protocol'
import { ownSlots, shownState } from '../channels/settled.ts'
import type { ChainCall, LockProof, SignedLaneVoucher } from '../ports/chain.ts'
import type { ChainReader, ChannelChain } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import { signCloseRequest } from './close-request.ts'
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
  /** This side closes it alone. */
  readonly leaves: boolean
}

/**
 * What should be called on chain for a channel now.
 *
 * @param leaves Whether this side closes it alone; by its phase if left out.
 */
export function channelGoals(
  record: ChannelRecord,
  reader: ChainReader,
  env: Environment,
  leaves: boolean = closesAlone(record.phase),
): readonly Goal[] {
  const time = reader.head?.timestamp
  const chain = reader.channel(record.channelId)
  if (time === undefined || !isStanding(record.phase) || chain.ended === 'closed') return []
  const scene: Scene = { record, chain, reader, env, time, leaves }
  if (chain.ended === 'settled') return unlockGoals(scene)
  return [...withdrawGoals(scene), ...closeGoals(scene, record.phase), ...disputeGoals(scene)]
}

/** The signatures of both, a's first. */
function signatures({ record, env }: Scene, digest: Hex, peer: Hex): readonly [Hex, Hex] {
  const own = env.signer.sign(digest)
  return record.self === 0 ? [own, peer] : [peer, own]
}

function withdrawGoals(scene: Scene): Goal[] {
  const { record, chain, env, time } = scene
  const { terms, self } = record
  return record.withdrawals.flatMap((signed) => {
    const { withdrawal } = signed
    const { party, total, deadline } = withdrawal
    const isOwn = party === self && signed.type === 'agreed'
    if (!isOwn || chain.any.withdrawn[party] >= total || time >= deadline) return []
    const both = signatures(scene, env.digests.withdrawal(withdrawal), signed.peerSignature)
    return [{ key: `withdraw/${total}`, call: { type: 'withdraw', terms, withdrawal, signatures: both } }]
  })
}

/** Who wants the close executes it; the other side only when the deadline comes near. */
function closeGoals(scene: Scene, phase: StandingPhase): Goal[] {
  const { record, env, time, leaves } = scene
  const agreed = phase.close
  if (agreed.type !== 'agreed' || time >= agreed.close.deadline) return []
  const isNear = agreed.close.deadline - time < BigInt(env.policy.deadlineMin)
  if (phase.type === 'open' && !leaves && !isNear) return []
  const { close, peerSignature } = agreed
  const both = signatures(scene, env.digests.close(close), peerSignature)
  return [{ key: `close/${close.deadline}`, call: { type: 'close', terms: record.terms, close, signatures: both } }]
}

function disputeGoals(scene: Scene): Goal[] {
  const { record, chain, env, time, leaves } = scene
  const { terms, channelId } = record
  if (chain.closesAt === undefined) {
    // A peer that makes channels for nothing and then claims to have lost data is not worth a transaction.
    const isForNothing = record.phase.type === 'frozen' && chain.any.deposits.every((deposit) => deposit === 0n)
    if (!leaves || isForNothing) return []
    const deadline = time + BigInt(env.policy.deadlineDefault)
    const request = signCloseRequest(env.signer, env.digests, channelId, deadline)
    const voucher = newestReceived(record.in, env)
    const call: ChainCall = { type: 'startClose', terms, request, ...(voucher && { voucher }) }
    return [{ key: 'startClose', call }]
  }
  if (time < chain.closesAt) return showGoals(scene)
  // Who did not ask for the dispute leaves it to the other side for a while: a second transaction would be for nothing.
  const patience = leaves ? 0n : BigInt(env.policy.chainLag)
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
      for (const [, lock] of lockEntries(state.locks)) yield (lock as LaneLock).lockId
    }
  }
}

function unlockGoals({ record, chain, reader, env }: Scene): Goal[] {
  return ([0, 1] as const).flatMap((lane) => {
    const state = shownState(record, chain.any, lane)
    if (state === undefined) return []
    const ready = ownSlots(record, chain.any, reader, lane).filter(({ gain }) => gain !== undefined && gain > 0n)
    const goals: Goal[] = []
    for (let i = 0; i < ready.length; i += UNLOCK_BATCH) {
      const batch = ready.slice(i, i + UNLOCK_BATCH)
      const locks = batch.map(({ slot, lock }): LockProof => {
        const { amount, lockId, subject = { resolver: env.digests.domain.contract, id: lockId, side: 0 } } = lock
        const proof = lockProof(state.locks, slot)
        return { slot, amount, ...subject, proof }
      })
      const { locked } = chain.any.shown[lane]
      const key = `unlock/${lane}/${batch.map(({ slot }) => slot).join(',')}`
      goals.push({ key, call: { type: 'unlock', terms: record.terms, lane, locked, locks } })
    }
    return goals
  })
}
