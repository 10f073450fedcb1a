import { highestValue } from '../../rules/payment.ts'
import type { HubContext, HubFacts, HubPhase } from './hub-phases.ts'
import { isLate, type LockContext } from './lock.ts'
import type { PayeeContext, PayeePhase } from './payee.ts'
import type { PayerContext, PayerPhase } from './payer.ts'

/** What of a virtual channel should be on chain now. It is worked out anew at every block and never stored. */
export interface LockWants {
  /** V's window should begin. */
  readonly closeVirtual: boolean
  /** The highest voucher held should be redeemed. */
  readonly redeem: boolean
}

/** How long this side waits for others, seconds. */
export interface LockTimeouts {
  /** For a neighbour to follow a close. */
  readonly followTimeout: number
  /** For a countersignature. */
  readonly countersignTimeout: number
}

const nothing: LockWants = { closeVirtual: false, redeem: false }

/** Whether somebody is late: a neighbour that was to follow, or a countersignature. `time`: Unix seconds of the newest block. */
function isUnfollowed(
  phase: HubPhase | PayerPhase | PayeePhase,
  time: bigint,
  { followTimeout, countersignTimeout }: LockTimeouts,
): boolean {
  if (!('closingSince' in phase)) return false
  if (isLate(time, phase.closingSince, 2 * followTimeout)) return true
  switch (phase.type) {
    case 'claiming':
    case 'returning':
      return isLate(time, phase.askedAt, followTimeout)
    case 'folding':
    case 'clearing':
      return isLate(time, phase.signedAt, countersignTimeout)
    case 'withdrawing':
      return isLate(time, phase.refusedAt, countersignTimeout)
    case 'asking':
    case 'claimed':
    case 'writtenOff':
    case 'covered':
      return false
  }
}

/** Whether V's window runs and the chain shows less than `owed`, base units. */
function isShort({ outcome }: LockContext, time: bigint, owed: bigint): boolean {
  return outcome.type === 'closing' && time < outcome.until && owed > outcome.redeemed
}

/** The largest value at which the hub ever signed a fold, refused ones included, base units; 0 for none. */
function largestFoldOf(phase: HubPhase): bigint {
  return 'largestFold' in phase ? (phase.largestFold ?? 0n) : 0n
}

/**
 * Whether a hub has something to lose by V's answer: an outgoing voucher with the lock can be shown, or it folded above 0 and the incoming
 * lock is neither folded nor written off yet. Who has neither begins no window.
 */
export function isHubAtStake(phase: HubPhase, { outgoing }: Pick<HubContext, 'outgoing'>): boolean {
  const isIncomingOpen = 'incoming' in phase && phase.type !== 'writtenOff'
  return outgoing !== undefined && (outgoing.lock !== 'cleared' || (largestFoldOf(phase) > 0n && isIncomingOpen))
}

/** What a hub wants on chain. It redeems once it folded above what the chain shows: then the incoming lock covers the outgoing one. */
export function hubWants(phase: HubPhase, context: HubFacts, time: bigint, timeouts: LockTimeouts): LockWants {
  const isDisputed = context.incoming.isDisputed || context.outgoing?.isDisputed === true
  if (context.outcome.type === 'quiet') {
    const isNeeded = isDisputed || isUnfollowed(phase, time, timeouts)
    return { ...nothing, closeVirtual: isNeeded && isHubAtStake(phase, context) }
  }
  return { ...nothing, redeem: isShort(context, time, largestFoldOf(phase)) }
}

/** What a payer wants on chain: V's answer, where its lock is disputed or nobody follows. */
export function payerWants(phase: PayerPhase, context: PayerContext, time: bigint, timeouts: LockTimeouts): LockWants {
  if (context.outcome.type !== 'quiet') return nothing
  return { ...nothing, closeVirtual: context.outgoing.isDisputed || isUnfollowed(phase, time, timeouts) }
}

/** Whether a payee has something to get by V's answer: it accepted a payment. */
export function isPayeeAtStake(phase: PayeePhase, { capacity }: Pick<PayeeContext, 'capacity'>): boolean {
  return 'voucher' in phase && highestValue(phase.voucher, capacity) > 0n
}

/** What a payee wants on chain: V's answer likewise, and its highest voucher redeemed while the window runs. */
export function payeeWants(phase: PayeePhase, context: PayeeContext, time: bigint, timeouts: LockTimeouts): LockWants {
  const { incoming, outcome, capacity } = context
  if (outcome.type === 'quiet') {
    const isNeeded = incoming.isDisputed || isUnfollowed(phase, time, timeouts)
    return { ...nothing, closeVirtual: isNeeded && isPayeeAtStake(phase, context) }
  }
  const held = 'voucher' in phase ? phase.voucher : undefined
  return { ...nothing, redeem: phase.type !== 'closed' && isShort(context, time, highestValue(held, capacity)) }
}
