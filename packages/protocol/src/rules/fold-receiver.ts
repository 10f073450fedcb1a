import { ProtocolError } from '../errors.ts'
import { highest, lowest } from '../primitives/extremes.ts'
import type { Id } from '../primitives/hex.ts'
import type { VirtualOutcome } from './fold-payer.ts'

/**
 * While V's window runs on chain, nobody knows what its lock will bring: no fold of it is accepted, nor signed. Once it is over by the newest
 * block, who folds may have seen that block as final a moment earlier: such a fold can wait.
 *
 * @param isWindowOver Whether the newest block is past the window.
 * @throws ProtocolError `FOLD_WHILE_CLOSING`, `FOLD_NOT_FINAL`.
 */
export function checkFoldTime(virtualId: Id, { closing, finalAmount }: VirtualOutcome, isWindowOver: boolean): void {
  if (!closing || finalAmount !== undefined) return
  throw new ProtocolError(isWindowOver ? 'FOLD_NOT_FINAL' : 'FOLD_WHILE_CLOSING', { virtualId })
}

/**
 * The least fold that V's payee accepts, base units: its highest voucher, or V's final amount.
 *
 * @param highestAccepted Value of the highest voucher accepted, ticks included; 0 for none.
 */
export function payeeFoldFloor(highestAccepted: bigint, { finalAmount }: VirtualOutcome): bigint {
  return finalAmount !== undefined && finalAmount < highestAccepted ? finalAmount : highestAccepted
}

/** What a hub knows of its outgoing lock when its incoming one is to be folded. */
export interface OutgoingExposure {
  readonly capacity: bigint
  /** Whether it ever signed an outgoing voucher that holds the lock, refused ones included. */
  readonly everSigned: boolean
  /** Whether the newest countersigned outgoing voucher and all later ones are without the lock. */
  readonly cleared: boolean
  /** Largest value at which it ever signed a fold of it; undefined if never. */
  readonly largestFold: bigint | undefined
  /** Whether it was left, since what was folded is not worth what the chain costs. */
  readonly isWrittenOff: boolean
  readonly outcome: VirtualOutcome
}

/**
 * The least that a hub accepts as a fold of its incoming lock, base units: the most that its outgoing one can still cost it. Once that is
 * settled, no more than what the chain would bring: V's final amount, and before there is one nothing of what was written off.
 */
export function hubFoldFloor(exposure: OutgoingExposure): bigint {
  const { capacity, everSigned, cleared, largestFold, isWrittenOff, outcome } = exposure
  if (!everSigned) return 0n
  if (cleared) return lowest(largestFold ?? 0n, outcome.finalAmount ?? (isWrittenOff ? 0n : capacity))
  if (outcome.finalAmount !== undefined) return highest(largestFold ?? 0n, outcome.finalAmount)
  return capacity
}

/**
 * Refuses a fold that does not cover what the receiver can lose or was promised.
 *
 * @throws ProtocolError `FOLD_TOO_LOW`.
 */
export function checkFoldCovers(virtualId: Id, amount: bigint, needed: bigint): void {
  if (amount < needed) throw new ProtocolError('FOLD_TOO_LOW', { virtualId, amount, needed })
}
