import type { InLane } from '../lane/in-lane.ts'
import type { OutLane } from '../lane/out-lane.ts'
import { lowest } from '../primitives/extremes.ts'

/**
 * What this side may count as income, base units: the lowest `paid` of the peer's vouchers from the newest that this side
 * countersigned on, those it refused included. Only such a voucher can the peer's lane still come to on chain.
 */
export function ownIncome(lane: InLane): bigint {
  const paid = lane.updates.map(({ state }) => state.paid)
  if (lane.refused !== undefined) paid.push(lane.refused.lowestPaid)
  return lowest(lane.base.state.paid, ...paid)
}

/** What {@link ownIncome} comes to once this side countersigns its newest accepted voucher. */
export function incomeOnceCountersigned({ current, refused }: InLane): bigint {
  const counts = refused !== undefined && refused.seq > current.seq
  return counts ? lowest(current.paid, refused.lowestPaid) : current.paid
}

/**
 * What the peer may count as income, base units: the lowest `paid` of all vouchers that this side signed from the newest
 * that the peer countersigned on, those it refused included.
 */
export function peerIncome(lane: OutLane): bigint {
  return lowest(lane.base.state.paid, ...lane.updates.map(({ state }) => state.paid))
}
