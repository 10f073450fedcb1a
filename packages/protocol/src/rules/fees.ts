import { ProtocolError } from '../errors.ts'

const MILLION = 1_000_000n
const HOUR = 3600n

/** What a hub asks for forwarding an add. */
export interface FeeSchedule {
  /** Base units. */
  readonly feeBase: bigint
  /** Of the capacity. */
  readonly feePartsPerMillion: number
  /** Of the capacity, for each hour for which it may be held. */
  readonly feePerHour: number
  /** Seconds for which it may be held beyond the lifetime, but for the virtual channel's own window; default 0. */
  readonly feeHold?: number
  /** How much of that window counts, per cent; default 0. */
  readonly feeWindow?: number
}

const ceilDivide = (value: bigint, by: bigint): bigint => (value + by - 1n) / by

/**
 * A hub's fee for a virtual channel, base units, rounded up. A hub can't let go of a lock by itself: who pays for a lifetime can hold it until
 * windows have passed, so these count, too, as far as the hub does not know better.
 *
 * @param lifetime Seconds from now until the hop after the hub ends.
 * @param window Seconds of the virtual channel's dispute window.
 * @example `hubFee({ feeBase: 10n, feePartsPerMillion: 100, feePerHour: 0 }, 1_000_000n, 3600n) // 110n`
 */
export function hubFee(schedule: FeeSchedule, capacity: bigint, lifetime: bigint, window = 0): bigint {
  const { feeHold = 0, feeWindow = 0 } = schedule
  const held = BigInt(feeHold) + ceilDivide(BigInt(window) * BigInt(feeWindow), 100n)
  const seconds = (lifetime > 0n ? lifetime : 0n) + held
  const proportional = ceilDivide(capacity * BigInt(schedule.feePartsPerMillion), MILLION)
  const perTime = ceilDivide(capacity * BigInt(schedule.feePerHour) * seconds, MILLION * HOUR)
  return schedule.feeBase + proportional + perTime
}

/** A hub's fee for letting a virtual channel live longer by so many seconds, base units, rounded up: for time alone. */
export function timeFee({ feePerHour }: Pick<FeeSchedule, 'feePerHour'>, capacity: bigint, seconds: bigint): bigint {
  return ceilDivide(capacity * BigInt(feePerHour) * seconds, MILLION * HOUR)
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
  /** What the hub keeps of its own part in any case, for slot and signatures. */
  readonly base: bigint
  /** Whether capital was locked for longer than finding a way takes. */
  readonly isLate: boolean
}

/**
 * What a hub returns of a declined add's fees: never more than it has of them. Of a late decline only what came back from the next hop: its
 * own part paid for the time for which its capital was locked, or who jams it would wait for free.
 */
export function feesToReturn({ received, paidOn, base, returned, isLate }: DeclinedFees): bigint {
  const back = returned < paidOn ? returned : paidOn
  const own = received - paidOn
  return isLate || base > own ? back : own - base + back
}
