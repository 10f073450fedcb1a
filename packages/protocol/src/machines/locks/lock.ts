import type { Id } from '../../primitives/hex.ts'
import type { VirtualOutcome } from '../../rules/fold-payer.ts'
import type { SignedVoucher } from '../../terms/voucher.ts'

/** Where a lock stands: the channel, and the slot of the lane. */
export interface Leg {
  readonly channelId: Id
  readonly slot: number
}

/** Why an add went no further, and what is to go back of its fees, base units. */
export interface Decline {
  readonly code: string
  readonly returned: bigint
}

/** What the chain says of the lock's outcome: nothing; its window runs; what it paid in the end, by a final block. */
export type Outcome =
  | { readonly type: 'quiet' }
  | { readonly type: 'closing'; readonly until: bigint; readonly redeemed: bigint }
  | { readonly type: 'final'; readonly amount: bigint }

/** The same as the rules take it. */
export function outcomeForRules(outcome: Outcome): VirtualOutcome {
  return {
    closing: outcome.type !== 'quiet',
    finalAmount: outcome.type === 'final' ? outcome.amount : undefined,
  }
}

/** What can be done on a leg's channel: updates; only what the chain decides; nothing more, as all of it is paid out by a final block. */
export type ChannelState = 'live' | 'closing' | 'ended'

/** A leg's channel as it is now. */
export interface LegContext {
  readonly channel: ChannelState
  /** Whether this side wants the channel closed, so that its locks have to go. */
  readonly isLeaving: boolean
  /** Whether a dispute of the channel holds the lock, or can still be shown to hold it: then only the chain decides what it pays. */
  readonly isDisputed: boolean
  /** Whether this side's lane of the channel takes another operation now; else it will once the other side has answered. */
  readonly takes: boolean
}

/** The channel of the outgoing lock, and what this side signed of the lock. */
export interface OutgoingContext extends LegContext {
  /**
   * `standing`: in what is signed next. `showable`: gone from that, but not from every voucher that can still be shown. `cleared`: in no
   * voucher that can be shown.
   */
  readonly lock: 'standing' | 'showable' | 'cleared'
  /** Whether the newest voucher that holds the lock was refused, so that only a restatement can kill it. */
  readonly needsRestatement: boolean
}

/** The context of every machine of a lock. Nothing in it is remembered. */
export interface LockContext {
  /** Unix seconds. */
  readonly now: bigint
  readonly outcome: Outcome
  /** Unix second at which this side begins to close by itself. */
  readonly closesAt: bigint
  /** Seconds to wait before a fold that was refused for what it is is signed again. */
  readonly refoldAfter: number
}

/** What the neighbour towards the payee claims: a fold at a value, by a voucher that was checked, or a fold at 0. */
export interface Claim {
  /** Base units. */
  readonly amount: bigint
  readonly voucher?: SignedVoucher
}

/** Whether a refusal is of folds themselves, so that the same fold would be refused again; else it was refused in bad company. */
export function isRefusalOfFolds(code: string): boolean {
  return code.startsWith('FOLD_') || code === 'CHANNEL_CLOSING'
}

/**
 * Whether a fold may be signed again without another claim. The other side sees a block as final at another moment: folding again at
 * once would be refused again, and again.
 */
export function mayFoldAgain(
  { foldRefusedAt }: { readonly foldRefusedAt?: bigint },
  { now, refoldAfter }: Pick<LockContext, 'now' | 'refoldAfter'>,
): boolean {
  return foldRefusedAt === undefined || now >= foldRefusedAt + BigInt(refoldAfter)
}

/** At what an outgoing lock is to be folded now, base units; undefined while V's window runs and for no claim. */
export function foldDue(outcome: Outcome, claimed: bigint | undefined): bigint | undefined {
  switch (outcome.type) {
    case 'quiet':
      return claimed
    case 'closing':
      return undefined
    case 'final':
      return outcome.amount
  }
}

/** Whether a fold can be signed on the outgoing lock's lane now. */
export function canFold({ channel, lock, takes }: OutgoingContext): boolean {
  return channel === 'live' && lock === 'standing' && takes
}

/** Whether messages still lead to a fold: the channel takes updates and the chain was not asked what V pays. */
export function isByMessages(leg: LegContext, outcome: Outcome): boolean {
  return leg.channel === 'live' && outcome.type === 'quiet'
}

/** Whether a decline can be sent: fees that go back are paid before. */
export function canDecline(leg: LegContext, outcome: Outcome, { returned }: Decline): boolean {
  return isByMessages(leg, outcome) && (returned === 0n || leg.takes)
}

/** Whether a leg makes this side close the virtual channel. */
export function isOnItsWayOut({ channel, isLeaving }: LegContext): boolean {
  return channel !== 'live' || isLeaving
}

/** Whether a time that others had is over. */
export function isLate(now: bigint, since: bigint | undefined, timeout: number): boolean {
  return since !== undefined && now >= since + BigInt(timeout)
}
