import { ProtocolError } from '../errors.ts'
import type { LaneState } from '../lane/state.ts'
import type { Id } from '../primitives/hex.ts'
import type { PartyIndex } from '../terms/terms.ts'
import type { Close } from '../terms/voucher.ts'

/**
 * A cooperative close is signed only with no lock in either lane, in what is newest signed and what is newest received alike.
 *
 * @throws ProtocolError `CLOSE_WITH_LOCKS`.
 */
export function checkNoLocks(channelId: Id, states: readonly LaneState[]): void {
  if (states.some(({ locks }) => locks.size > 0)) throw new ProtocolError('CLOSE_WITH_LOCKS', { channelId })
}

/**
 * Refuses a deadline further ahead, or nearer, than the policy takes.
 *
 * @param now Unix seconds.
 * @throws ProtocolError `DEADLINE_FAR`, `DEADLINE_NEAR`.
 */
export function checkDeadline(
  deadline: bigint,
  now: bigint,
  limits: { readonly min: number; readonly max: number },
): void {
  if (deadline > now + BigInt(limits.max)) throw new ProtocolError('DEADLINE_FAR', { deadline, max: limits.max })
  if (deadline < now + BigInt(limits.min)) throw new ProtocolError('DEADLINE_NEAR', { deadline, min: limits.min })
}

/** What the two lanes come to: the side that owes the other, and how much, base units. */
export function laneBalance(paid: readonly [bigint, bigint]): { readonly from: PartyIndex; readonly amount: bigint } {
  const [byA, byB] = paid
  return byA >= byB ? { from: 0, amount: byA - byB } : { from: 1, amount: byB - byA }
}

/** Refuses a close that moves anything but what the lanes come to. @throws ProtocolError `CLOSE_AMOUNT_WRONG`. */
export function checkCloseAmount(close: Close, paid: readonly [bigint, bigint]): void {
  const expected = laneBalance(paid)
  if (close.amount !== expected.amount || (close.amount > 0n && close.from !== expected.from)) {
    throw new ProtocolError('CLOSE_AMOUNT_WRONG', { got: close.amount, from: close.from, expected: expected.amount })
  }
}

/** Whether a close that this side signed still binds it: nothing more is signed or accepted until a final block is past its deadline. */
export function closeBinds(close: Close, finalTime: bigint): boolean {
  return finalTime <= close.deadline
}

/** Whether a second close may be signed while one binds: only with the same effect. */
export function sameEffect(one: Close, other: Close): boolean {
  return one.channelId === other.channelId && one.from === other.from && one.amount === other.amount
}
