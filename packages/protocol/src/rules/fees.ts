import { ProtocolError } from '../errors.ts'

const MILLION = 1_000_000n
const HOUR = 3600n

/** What a hub asks for forwarding an add. */
export interface FeeSchedule {
  /** Base units. */
  readonly feeBase: bigint
  /** Of the capacity. */
  readonly feePartsPerMillion: number
  /** Of the capacity, for each hour of lifetime. */
  readonly feePerHour: number
}

const ceilDivide = (value: bigint, by: bigint): bigint => (value + by - 1n) / by

/**
 * A hub's fee for a virtual channel, base units, rounded up.
 *
 * @param lifetime Seconds from now until the hop after the hub ends.
 * @example `hubFee({ feeBase: 10n, feePartsPerMillion: 100, feePerHour: 0 }, 1_000_000n, 3600n) // 110n`
 */
export function hubFee(schedule: FeeSchedule, capacity: bigint, lifetime: bigint): bigint {
  const seconds = lifetime > 0n ? lifetime : 0n
  const proportional = ceilDivide(capacity * BigInt(schedule.feePartsPerMillion), MILLION)
  const perTime = ceilDivide(capacity * BigInt(schedule.feePerHour) * seconds, MILLION * HOUR)
  return schedule.feeBase + proportional + perTime
}

/** Refuses to forward for less than the schedule says. @throws ProtocolError `FEE_LOW`. */
export function checkFee(got: bigint, needed: bigint): void {
  if (got < needed) throw new ProtocolError('FEE_LOW', { got, needed })
}

/** What a hub knows of the fees of an add that went no further; base units. */
export interface DeclinedFees {
  /** What came in with the add: the hub's own part and all later ones. */
  readonly received: bigint
  /** What the hub paid on with its own add; 0 if it signed none. */
  readonly paidOn: bigint
  /** What the next hop has durably paid back. */
  readonly returned: bigint
  /** Whether capital was locked for longer than finding a way takes. */
  readonly isLate: boolean
}

/**
 * What a hub returns of a declined add's fees: never more than it has of them. Of a late decline only what came back from the next hop: its
 * own part paid for the time for which its capital was locked, or who jams it would wait for free.
 */
export function feesToReturn({ received, paidOn, returned, isLate }: DeclinedFees): bigint {
  const back = returned < paidOn ? returned : paidOn
  return isLate ? back : received - paidOn + back
}
