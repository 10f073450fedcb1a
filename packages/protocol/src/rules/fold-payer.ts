import { ProtocolError } from '../errors.ts'
import { highest } from '../primitives/extremes.ts'
import type { Id } from '../primitives/hex.ts'

/** What the chain says of a virtual channel. */
export interface VirtualOutcome {
  /** Any block shows that its window has begun. */
  readonly closing: boolean
  /** What it paid in the end, by a final block, base units. */
  readonly finalAmount: bigint | undefined
}

/**
 * Refuses a fold by V's payer above the highest voucher or tick that it signed.
 *
 * @throws ProtocolError `FOLD_TOO_HIGH`.
 */
export function checkPayerFold(virtualId: Id, amount: bigint, highestSigned: bigint): void {
  if (amount > highestSigned) throw new ProtocolError('FOLD_TOO_HIGH', { virtualId, amount, allowed: highestSigned })
}

/** What a hub knows of the lock that it wants to fold. */
export interface HubFold {
  /** Value of the highest voucher that it durably holds, ticks included; undefined for none. */
  readonly held: bigint | undefined
  /** Whether the incoming lock stands in its newest received voucher. */
  readonly incomingStands: boolean
  /** What the incoming lock was folded at; undefined if it was not. */
  readonly incomingFoldedAt: bigint | undefined
  readonly outcome: VirtualOutcome
}

/** The most at which a hub may fold its outgoing lock, base units: what it surely gets for the incoming one. */
export function hubFoldLimit({ held, incomingStands, incomingFoldedAt, outcome }: HubFold): bigint {
  const byVoucher = incomingStands && !outcome.closing ? held : undefined
  return highest(0n, incomingFoldedAt ?? 0n, outcome.finalAmount ?? 0n, byVoucher ?? 0n)
}
