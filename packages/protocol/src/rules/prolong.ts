import { ProtocolError } from '../errors.ts'
import type { VirtualTerms } from '../terms/terms.ts'

/** What is asked for of one hop. */
export interface Prolonging {
  readonly terms: VirtualTerms
  /** Own index in the path of who is asked. */
  readonly position: number
  /** Unix second until which the hop that ends there is to live, and until which it lives now. */
  readonly until: bigint
  readonly standing: bigint
  readonly fees: readonly bigint[]
  /** Base units that came in for it. */
  readonly paid: bigint
  /** Unix seconds. */
  readonly now: bigint
  /** Longest lifetime from now on, seconds. */
  readonly lifetimeMax: number
}

/** What the hubs from the one that is asked on get together, base units. */
export const feesOf = (fees: readonly bigint[]): bigint => fees.reduce((sum, fee) => sum + fee, 0n)

/** Refuses to prolong to what stands already. @throws ProtocolError `PROLONG_NOT_LATER`. */
export function checkLater(until: bigint, standing: bigint): void {
  if (until <= standing) throw new ProtocolError('PROLONG_NOT_LATER', { until, standing })
}

/**
 * Refuses to let a hop live longer: only later, not for longer than the policy lets any live, and paid for before. What stood before stands then.
 *
 * @throws ProtocolError `PROLONG_NOT_LATER`, `ADD_LIFETIME`, `ADD_MEMO_LENGTH`, `FEE_LOW`.
 */
export function checkProlong({ terms, position, until, standing, fees, paid, now, lifetimeMax }: Prolonging): void {
  checkLater(until, standing)
  const seconds = until - now
  if (seconds > BigInt(lifetimeMax)) throw new ProtocolError('ADD_LIFETIME', { seconds, min: 0, max: lifetimeMax })
  const hops = terms.path.length - position
  if (fees.length !== hops - 1) {
    throw new ProtocolError('ADD_MEMO_LENGTH', { until: hops, fees: fees.length, hops })
  }
  const needed = feesOf(fees)
  if (paid < needed) throw new ProtocolError('FEE_LOW', { got: paid, needed })
}
