import {
  type ChannelRecord,
  closesAlone,
  type Hex,
  highest,
  type Id,
  type InLane,
  isStanding,
  type LaneLock,
  lockEntries,
  lockProof,
  type StandingPhase,
} from '@sluice/protocol'
import { ownSlots, shownState } from '../../channels/settled.ts'
import { otherParty } from '../../lanes/channel.ts'
import { worthOf } from '../../policy/worth.ts'
import type { ChainCall, SignedLaneVoucher } from '../../ports/chain.ts'
import type { ChainReader, ChannelChain } from '../../ports/chain-view.ts'
import type { Environment } from '../../ports/environment.ts'
import { signCloseRequest } from './close-request.ts'
import type { Goal } from './goal.ts'

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

/** A goal for the channel, by the amount of its token that it is about. */
function goalOf({ record, env }: Scene, key: string, call: ChainCall, amount: bigint, rest: GoalTimes = {}): Goal {
  return { id: record.channelId, key, call, value: worthOf(env.policy, record.terms.token, amount), ...rest }
}

type GoalTimes = Pick<Goal, 'deadline' | 'isAnswer' | 'isReached' | 'lossBy'>

/** What this side gets out of the channel by these totals of both lanes, and what may come of the locks that it receives, base units. */
function shareOf({ record: { self }, chain }: Scene, sent: Totals, received: Totals): bigint {
  const { deposits, withdrawn } = chain.any
  return highest(0n, deposits[self] - withdrawn[self] - sent.paid + received.paid + received.locked)
}

interface Totals {
  readonly paid: bigint
  readonly locked: bigint
}

/** The same by the newest vouchers of both lanes. */
const newestShare = (scene: Scene): bigint => shareOf(scene, scene.record.out.current, scene.record.in.current)

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
    const call: ChainCall = { type: 'withdraw', terms, withdrawal, signatures: both }
    return [goalOf(scene, `withdraw/${total}`, call, total - chain.any.withdrawn[party], { deadline })]
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
  const { deadline } = close
  const call: ChainCall = { type: 'close', terms: record.terms, close, signatures: both }
  return [goalOf(scene, `close/${deadline}`, call, newestShare(scene), { deadline })]
}

function disputeGoals(scene: Scene): Goal[] {
  const { record, chain, env, time, leaves } = scene
  const { terms, channelId } = record
  if (chain.closesAt === undefined) {
    // A peer that makes channels for nothing and then claims to have lost data is not worth a transaction.
    const isForNothing = record.phase.type === 'frozen' && chain.any.deposits.every((deposit) => deposit === 0n)
    if (!leaves || isForNothing) return []
    const deadline = time + BigInt(env.policy.deadlineDefault)
    const request = signCloseRequest(env.signer, env.digests, [channelId], deadline)
    const voucher = newestReceived(record.in, env)
    const call: ChainCall = { type: 'startClose', terms, request, ...(voucher && { voucher }) }
    return [goalOf(scene, 'startClose', call, newestShare(scene))]
  }
  if (time < chain.closesAt) return showGoals(scene, chain.closesAt)
  // Who did not ask for the dispute leaves it to the other side for a while: a second transaction would be for nothing.
  const patience = leaves ? 0n : BigInt(env.policy.chainLag)
  if (time < chain.closesAt + patience) return []
  const { shown } = chain.any
  const share = shareOf(scene, shown[record.self], shown[otherParty(record.self)])
  const call: ChainCall = { type: 'settle', terms, locks: [shown[0], shown[1]] }
  return [goalOf(scene, `settle/${chain.shown.join('/')}`, call, share)]
}

/**
 * Shows what this side received newest, at once; and of its own lane the newest that the peer signed too. That one is in the interest of
 * the peer, which shows what it received: this side leaves it to the peer until little time is left. Where somebody else began the close
 * and showed less than it has, it hides something, and both are shown at once. Of the own lane all of this side's share is at stake: an older voucher, shown
 * at the last moment, may hold it in locks. What is lost in the end is only what locks that were shown take beyond the newest.
 */
function showGoals(scene: Scene, closesAt: bigint): Goal[] {
  const { record, chain, env, time, leaves } = scene
  const received = newestReceived(record.in, env)
  const own = record.out.base.signed
  const isLastMoment = closesAt - time <= BigInt(OWN_SHOW_TIMES * env.policy.inclusionTime)
  return [
    ...(received === undefined ? [] : showGoal(scene, received, closesAt, gainOf(scene))),
    ...(own !== undefined && (isLastMoment || !leaves)
      ? showGoal(scene, own, closesAt, newestShare(scene), lossOfOwn(scene, own))
      : []),
  ].filter(
    ({ call }) => call.type === 'updateLane' && call.voucher.voucher.seq > chain.shown[call.voucher.voucher.lane],
  )
}

/** How many times the time of an inclusion are left when a side shows for the other what the other should have shown. */
const OWN_SHOW_TIMES = 3

function showGoal(
  scene: Scene,
  voucher: SignedLaneVoucher,
  closesAt: bigint,
  amount: bigint,
  lossBy?: Goal['lossBy'],
): Goal[] {
  const { lane, seq } = voucher.voucher
  const call: ChainCall = { type: 'updateLane', terms: scene.record.terms, voucher }
  const isReached: Goal['isReached'] = (chain) => chain.channel(scene.record.channelId).shown[lane] >= seq
  const times = { deadline: closesAt, isAnswer: true, isReached, ...(lossBy && { lossBy }) }
  return [goalOf(scene, `updateLane/${lane}/${seq}`, call, amount, times)]
}

/** What the state of this side's lane that the chain shows takes from it beyond a newer voucher: nothing where only less was shown to be paid. */
function lossOfOwn({ record, env }: Scene, { voucher: { lane, paid, locked } }: SignedLaneVoucher): Goal['lossBy'] {
  return (chain) => {
    const shown = chain.channel(record.channelId).any.shown[lane]
    return worthOf(env.policy, record.terms.token, highest(0n, shown.paid + shown.locked - paid - locked))
  }
}

/** What showing the newest received voucher brings, over what is shown of that lane. */
function gainOf({ record, chain }: Scene): bigint {
  const { paid, locked } = record.in.current
  return paid + locked - chain.any.shown[otherParty(record.self)].paid
}

/** The newest voucher accepted, signed by its receiver, this side, too: so that whoever sends it may show it. */
function newestReceived(lane: InLane, env: Environment): SignedLaneVoucher | undefined {
  const newest = lane.updates.at(-1)?.update
  if (newest === undefined) return lane.base.signed
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

/** A goal for each lock of which this side gets something: those of one lane are paid out together. */
function unlockGoals(scene: Scene): Goal[] {
  const { record, chain, reader, env } = scene
  const { terms } = record
  return ([0, 1] as const).flatMap((lane) => {
    const state = shownState(record, chain.any, lane)
    if (state === undefined) return []
    const { locked } = chain.any.shown[lane]
    return ownSlots(record, chain.any, reader, lane).flatMap(({ slot, lock, gain = 0n }) => {
      if (gain === 0n) return []
      const { amount, lockId, subject = { resolver: env.digests.domain.contract, id: lockId, side: 0 } } = lock
      const locks = [{ slot, amount, ...subject, proof: lockProof(state.locks, slot) }]
      return [goalOf(scene, `unlock/${lane}/${slot}`, { type: 'unlock', terms, lane, locked, locks }, gain)]
    })
  })
}
