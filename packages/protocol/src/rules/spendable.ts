import { ProtocolError } from '../errors.ts'
import type { LaneState } from '../lane/state.ts'
import { highest } from '../primitives/extremes.ts'
import type { Withdrawal } from '../terms/voucher.ts'

/** A party's money in a channel, by final blocks; base units. */
export interface Funds {
  readonly deposit: bigint
  readonly withdrawn: bigint
  /** What signed, unexecuted and unexpired withdrawals could still take; see {@link withdrawalReserve}. */
  readonly reserved: bigint
}

/**
 * The new part of the largest withdrawal of a party that was signed and can still be executed, base units. One expires when a
 * final block is past its deadline.
 *
 * @param finalTime Unix seconds of the newest final block.
 * @param margin Seconds that an expiry must have passed for; a payer takes some, as the receiver sees it at another moment.
 */
export function withdrawalReserve(
  withdrawals: readonly Withdrawal[],
  withdrawn: bigint,
  finalTime: bigint,
  margin = 0n,
): bigint {
  const live = withdrawals.filter(({ deadline }) => finalTime <= deadline + margin)
  return highest(withdrawn, ...live.map(({ total }) => total)) - withdrawn
}

/** What a lane's payer can still spend, base units; below zero when it signed too much. */
export function spendable(funds: Funds, lane: Pick<LaneState, 'paid' | 'locked'>, income: bigint): bigint {
  return funds.deposit - funds.withdrawn - funds.reserved - lane.paid - lane.locked + income
}

/**
 * Refuses a lane state that its payer cannot cover.
 *
 * @throws ProtocolError `LANE_OVERSPENT`.
 */
export function checkSpending(funds: Funds, lane: Pick<LaneState, 'paid' | 'locked'>, income: bigint): void {
  if (spendable(funds, lane, income) < 0n) {
    throw new ProtocolError('LANE_OVERSPENT', {
      needed: lane.paid + lane.locked,
      spendable: spendable(funds, { paid: 0n, locked: 0n }, income),
    })
  }
}
