import { type Address, feesFrom, type HubRecord, type Id } from '@sluice/protocol'
import { secondsOf } from '../../lanes/channel.ts'
import type { Standing, Tx } from '../../ports/tx.ts'
import { incomingLeg } from '../record.ts'

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

const nothing = (channelId: Id, at: bigint): Standing => ({ channelId, earned: 0n, inTime: 0n, late: 0n, at })

/** What is left of it now: half after each half-life, and in a straight line between. */
export function faded(standing: Standing, now: bigint, halfLife: number): Standing {
  const { channelId, earned, inTime, late, at } = standing
  const elapsed = now > at ? now - at : 0n
  const half = BigInt(halfLife)
  const halves = elapsed / half
  const rest = elapsed % half
  const fade = (amount: bigint) => ((amount >> halves) * (2n * half - rest)) / (2n * half)
  return { channelId, earned: fade(earned), inTime: fade(inTime), late: fade(late), at: now }
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

/** The fee that is this hub's own, base units. */
function ownFee({ memo, position, phase }: HubRecord): bigint {
  if ('decline' in phase && phase.decline !== undefined) return feesFrom(memo, position - 1) - phase.decline.returned
  return memo.fees[position - 1] ?? 0n
}

/** Whether the incoming lock is folded within the time that its payer has for it. */
function isInTime(tx: Tx, { phase }: HubRecord): boolean {
  const { followTimeout } = tx.env.policy
  return !('askedAt' in phase && phase.askedAt !== undefined) || secondsOf(tx) < phase.askedAt + BigInt(followTimeout)
}

/** The payer's side folds what was locked on for it: what that brought, and whether it was in time. What was never locked on says nothing. */
export function noteFolded(tx: Tx, record: HubRecord): void {
  const leg = incomingLeg(record)
  const isLockedOn = record.phase.type !== 'received' && record.phase.type !== 'returning'
  if (leg === undefined || !isLockedOn) return
  const now = secondsOf(tx)
  const { channelId } = leg
  const before = faded(tx.standings.get(channelId) ?? nothing(channelId, now), now, tx.env.policy.standingHalfLife)
  const [inTime, late] = isInTime(tx, record) ? [ONE, 0n] : [0n, ONE]
  tx.standings.set(channelId, {
    ...before,
    earned: before.earned + ownFee(record),
    inTime: before.inTime + inTime,
    late: before.late + late,
  })
}
