import { type Address, type HubRecord, type Id, type Leg, lowest } from '@sluice/protocol'
import { secondsOf } from '../../lanes/channel.ts'
import type { Standing, Tx } from '../../ports/tx.ts'
import { feesKeptFrom, incomingLeg } from '../record.ts'

/** Counts are kept in thousandths, so that they can fade. */
const ONE = 1_000n

/** How a peer kept its word, by all of its channels. */
export interface Reliability {
  /** Virtual channels that were folded in time. */
  readonly inTime: number
  readonly late: number
}

/** What is known of a peer that wants something forwarded in a token. */
export interface Known extends Reliability {
  /** Fees kept in that token, base units. What came in another says nothing of amounts in this one. */
  readonly earned: bigint
}

const nothing = (channelId: Id, at: bigint): Standing => ({ channelId, earned: 0n, inTime: 0n, late: 0n, left: 0n, at })

/** What is left of it now: half after each half-life, and in a straight line between. */
export function faded(standing: Standing, now: bigint, halfLife: number): Standing {
  const { channelId, earned, inTime, late, left, at } = standing
  const elapsed = now > at ? now - at : 0n
  const half = BigInt(halfLife)
  const halves = elapsed / half
  const rest = elapsed % half
  const fade = (amount: bigint) => ((amount >> halves) * (2n * half - rest)) / (2n * half)
  return { channelId, earned: fade(earned), inTime: fade(inTime), late: fade(late), left, at: now }
}

/** What was forwarded for a peer, and what of that in a token. */
export function standingOf(tx: Tx, peer: Address, token: Address): Known {
  let earned = 0n
  for (const { channelId, earned: some } of standingsOf(tx, peer)) {
    if (tx.channels.get(channelId)?.terms.token === token) earned += some
  }
  return { earned, ...reliabilityOf(tx, peer) }
}

/** How a peer folded what was forwarded for it. */
export function reliabilityOf(tx: Tx, peer: Address): Reliability {
  let [inTime, late] = [0n, 0n]
  for (const standing of standingsOf(tx, peer)) {
    inTime += standing.inTime
    late += standing.late
  }
  return { inTime: Number(inTime) / 1000, late: Number(late) / 1000 }
}

/** What is left of a peer's standings by now. */
function* standingsOf(tx: Tx, peer: Address): Generator<Standing> {
  const now = secondsOf(tx)
  for (const channelId of tx.channelsWith(peer)) {
    const standing = tx.standings.get(channelId)
    if (standing !== undefined) yield faded(standing, now, tx.env.policy.standingHalfLife)
  }
}

/** The part of the fees that is this hub's own, those for more time included, base units. */
export function ownFee({ memo, position, prolonged }: HubRecord): bigint {
  const { kept, received, paidOn } = prolonged ?? { kept: 0n, received: 0n, paidOn: 0n }
  return (memo.fees[position - 1] ?? 0n) + kept + received - paidOn
}

/** Whether the incoming lock is folded within the time that its payer has for it. */
function isInTime(tx: Tx, { phase }: HubRecord): boolean {
  const { followTimeout } = tx.env.policy
  return !('askedAt' in phase && phase.askedAt !== undefined) || secondsOf(tx) < phase.askedAt + BigInt(followTimeout)
}

function note(tx: Tx, { channelId }: Leg, { earned = 0n, inTime = 0n, late = 0n, left = 0n }: Partial<Standing>): void {
  const now = secondsOf(tx)
  const before = faded(tx.standings.get(channelId) ?? nothing(channelId, now), now, tx.env.policy.standingHalfLife)
  tx.standings.set(channelId, {
    ...before,
    earned: before.earned + earned,
    inTime: before.inTime + inTime,
    late: before.late + late,
    left: before.left + left,
  })
}

/**
 * The payer's side folds what was locked on for it: what that brought, and whether it was in time. What was never locked on says nothing, and
 * what was declined was noted then.
 *
 * @param record As it was before.
 */
export function noteFolded(tx: Tx, record: HubRecord): void {
  const leg = incomingLeg(record)
  const { phase } = record
  const isDeclined = 'decline' in phase && phase.decline !== undefined
  if (leg === undefined || phase.type === 'received' || isDeclined) return
  note(tx, leg, { earned: ownFee(record), ...(isInTime(tx, record) ? { inTime: ONE } : { late: ONE }) })
}

/** A peer left something of what was folded for it, base units. */
export function noteLeft(tx: Tx, leg: Leg, left: bigint): void {
  note(tx, leg, { left })
}

/**
 * The next member declines what was locked on, or refuses it. Later than finding a way takes, capital was held for nothing: that counts against
 * who wanted it, and of a decline all of the fee is kept.
 *
 * @param record As it was before.
 */
export function noteReturned(tx: Tx, record: HubRecord, reason: 'declined' | 'refused'): void {
  const leg = incomingLeg(record)
  if (leg === undefined) return
  const { policy } = tx.env
  const isLate = secondsOf(tx) >= feesKeptFrom(record, policy)
  const own = ownFee(record)
  const kept = isLate ? own : lowest(own, policy.feeBase)
  note(tx, leg, { earned: reason === 'declined' ? kept : 0n, late: isLate ? ONE : 0n })
}
