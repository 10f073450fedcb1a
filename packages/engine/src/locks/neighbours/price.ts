import { type Address, type FeeSchedule, hubFee, lowest, timeFee, type VirtualTerms } from '@sluice/protocol'
import { secondsOf } from '../../lanes/channel.ts'
import type { Policy } from '../../ports/environment.ts'
import type { Tx } from '../../ports/tx.ts'
import { type Reliability, reliabilityOf } from './standing.ts'

/** Of a peer that always folds in time, some still is asked for: it may be somebody else's key by now. Per cent. */
const LEAST = 10

/** How much of the time for which a peer may hold what is locked on for it is paid for at first, per cent. A peer that is new may hold it all. */
export function holdShare({ inTime, late }: Reliability, { feeHoldShare }: Pick<Policy, 'feeHoldShare'>): number {
  const share = Math.ceil((100 * (late + 1)) / (inTime + late + 1))
  return Math.ceil((feeHoldShare * Math.max(LEAST, share)) / 100)
}

/** What this side asks a peer for; without one, what it asks anybody for. */
export function scheduleFor(policy: Policy, known?: Reliability): Required<FeeSchedule> {
  const { feeBase, feePartsPerMillion, feePerHour, followTimeout, channelWindowDefault } = policy
  const feeWindow = holdShare(known ?? { inTime: 0, late: 0 }, policy)
  // The close of the virtual channel is followed twice, then its window passes, then that of the channel.
  const feeHold = Math.ceil(((2 * followTimeout + channelWindowDefault) * feeWindow) / 100)
  return { feeBase, feePartsPerMillion, feePerHour, feeHold, feeWindow }
}

/** What this side asks a peer for now. */
export function scheduleForPeer(tx: Tx, peer: Address): Required<FeeSchedule> {
  return scheduleFor(tx.env.policy, reliabilityOf(tx, peer))
}

export function isSameSchedule(one: Required<FeeSchedule>, other: Required<FeeSchedule>): boolean {
  return one.feeHold === other.feeHold && one.feeWindow === other.feeWindow
}

/** Seconds for which a peer that was told another price still pays by the one before: what it signed meanwhile is on its way. */
const PRICE_GRACE = 60n

/**
 * The least that a peer pays for what is forwarded for it, base units: by what it was told in its session, since it can know no other price.
 *
 * @param lifetime Seconds until the outgoing hop ends.
 */
export function feeFor(
  tx: Tx,
  peer: Address,
  { capacity, disputeWindow }: Pick<VirtualTerms, 'capacity' | 'disputeWindow'>,
  lifetime: bigint,
): bigint {
  return leastOf(tx, peer, (schedule) => hubFee(schedule, capacity, lifetime, disputeWindow))
}

/** The least that a peer pays for so many seconds more, base units. */
export function timeFeeFor(tx: Tx, peer: Address, capacity: bigint, seconds: bigint): bigint {
  return leastOf(tx, peer, (schedule) => timeFee(schedule, capacity, seconds))
}

function leastOf(tx: Tx, peer: Address, feeOf: (schedule: FeeSchedule) => bigint): bigint {
  const told = tx.told.get(peer)
  if (told === undefined) return feeOf(scheduleForPeer(tx, peer))
  const isSettled = told.before === undefined || secondsOf(tx) >= told.at + PRICE_GRACE
  return isSettled ? feeOf(told.schedule) : lowest(feeOf(told.schedule), feeOf(told.before))
}
