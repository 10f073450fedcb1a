import type { SignedVoucher } from '../../terms/voucher.ts'
import type { Claim, Decline, Leg, LegContext, LockContext, OutgoingContext } from './lock.ts'

/** The incoming lock stands, and this side has not locked on. */
export interface Received {
  readonly type: 'received'
  readonly incoming: Leg
}

/** What a hub that locked on holds: both legs, the highest voucher, and the largest value at which it ever signed a fold. */
export interface LockedOn {
  readonly incoming: Leg
  readonly outgoing: Leg
  readonly voucher?: SignedVoucher
  readonly largestFold?: bigint
}

/** The outgoing lock was signed, too. Payments pass by. */
export interface Forwarded extends LockedOn {
  readonly type: 'forwarded'
}

/** This side wants both locks folded, and waits for the next member to claim. */
export interface Asking extends LockedOn {
  readonly type: 'asking'
  /** Unix second at which a fold was refused for what it is, if one was. */
  readonly foldRefusedAt?: bigint
  /** Unix second at which closing began here. */
  readonly closingSince: bigint
}

/** The next member claimed, or declined: the fold can't be signed yet. */
export interface Claimed extends LockedOn {
  readonly type: 'claimed'
  /** Base units. */
  readonly claimed: bigint
  readonly decline?: Decline
  readonly closingSince: bigint
}

/** The fold is signed; a voucher with the lock can still be shown. */
export interface Folding extends LockedOn {
  readonly type: 'folding'
  /** At what, base units. */
  readonly amount: bigint
  readonly largestFold: bigint
  readonly decline?: Decline
  readonly closingSince: bigint
  /** Unix second at which the fold was signed. */
  readonly signedAt: bigint
}

/** The add was refused: nothing of the lock stands, but a refused voucher with it can still be shown. */
export interface Withdrawing extends LockedOn {
  readonly type: 'withdrawing'
  readonly code: string
  readonly closingSince: bigint
  /** Unix second of the refusal. */
  readonly refusedAt: bigint
}

/** Nothing can be lost on the outgoing side any more: the incoming lock is to be folded at no less than was folded. */
export interface Claiming extends LockedOn {
  readonly type: 'claiming'
  /** What the outgoing lock came to in the end: by the fold that stands, or by the chain, base units. */
  readonly cost: bigint
  readonly closingSince: bigint
  /** Unix second at which the claim was sent. */
  readonly askedAt?: bigint
}

/**
 * What was folded is not worth what the chain costs, and nothing more can be lost on the outgoing side: the incoming lock is left to whatever
 * its payer folds it at.
 */
export interface WrittenOff extends LockedOn {
  readonly type: 'writtenOff'
  readonly largestFold: bigint
  readonly cost: bigint
  readonly closingSince: bigint
  /** Unix second at which it was left. */
  readonly leftAt: bigint
}

/** Nothing was paid on: the incoming lock is to be folded at whatever its payer folds it at. */
export interface Returning {
  readonly type: 'returning'
  readonly incoming: Leg
  readonly decline: Decline
  readonly closingSince: bigint
  /** Unix second at which the decline was sent. */
  readonly askedAt?: bigint
}

/** What is left of a hub's part once its incoming lock is folded. */
export interface Paid {
  readonly outgoing: Leg
  /** At what the incoming lock was folded, base units. */
  readonly foldedAt: bigint
  readonly voucher?: SignedVoucher
  readonly largestFold?: bigint
  readonly closingSince: bigint
}

/** The incoming lock was folded first; the outgoing one is to be folded at no more. */
export interface Covered extends Paid {
  readonly type: 'covered'
  /** Unix second at which a fold was refused for what it is, if one was. */
  readonly foldRefusedAt?: bigint
  readonly claimed?: bigint
}

/** Both are folded; a voucher with the outgoing lock can still be shown. */
export interface Clearing extends Paid {
  readonly type: 'clearing'
  /** Unix second at which the fold was signed, or the add refused. */
  readonly signedAt: bigint
}

/** No lock is left, and none can come back. */
export interface HubClosed {
  readonly type: 'closed'
  readonly voucher?: SignedVoucher
  readonly decline?: Decline
  /** Unix second at which it was over. */
  readonly closedAt: bigint
}

/** Where a hub is with a virtual channel. */
export type HubPhase =
  | Received
  | Forwarded
  | Asking
  | Claimed
  | Folding
  | Withdrawing
  | Claiming
  | WrittenOff
  | Returning
  | Covered
  | Clearing
  | HubClosed

export type HubEvent =
  /** Something in the context may have changed: the chain, time, a channel, a lane, a session. */
  | { readonly type: 'contextChanged' }
  /** A neighbour, or the app, wants it closed. */
  | { readonly type: 'requestClose' }
  /** The next member claims. */
  | { readonly type: 'claim'; readonly claim: Claim }
  /** The next member accepted the lock and goes no further; `returned`: fees that durably came back, base units. */
  | { readonly type: 'decline'; readonly code: string; readonly returned: bigint }
  /** The update with the add was refused, for ever. */
  | { readonly type: 'addRefused'; readonly code: string }
  /** The update with the fold was refused, for ever. */
  | { readonly type: 'foldRefused'; readonly code: string }
  /** A fold of the incoming lock was accepted, base units. */
  | { readonly type: 'folded'; readonly amount: bigint }

/** Whether this side can lock on. */
export type Forwarding =
  | { readonly type: 'ready'; readonly outgoing: Leg }
  /** For a reason that may pass. */
  | { readonly type: 'temporary'; readonly code: string }
  | { readonly type: 'permanent'; readonly code: string }

export interface HubContext extends LockContext {
  /** Base units. */
  readonly capacity: bigint
  readonly incoming: LegContext
  /** Undefined before this side locked on. */
  readonly outgoing: OutgoingContext | undefined
  readonly forwarding: () => Forwarding
  /** Seconds that the neighbour towards the payer has to follow a claim. */
  readonly followTimeout: number
  /** Whether so much is worth what the chain costs, base units. */
  readonly isWorthEnforcing: (amount: bigint) => boolean
  /** Whether a fold at that is worth enforcing, or the neighbour towards the payer may be trusted with it, base units. */
  readonly isTrusted: (amount: bigint) => boolean
  /** Unix second until which reasons that may pass are waited for. */
  readonly forwardUntil: bigint
  /** Fees that came in with the add, and those paid on with this side's own, base units. */
  readonly fees: {
    readonly received: bigint
    readonly paidOn: bigint
    /** What of its own part this side keeps in any case once it has locked on, for slot and signatures. */
    readonly base: bigint
    /** Unix second from which a decline brings nothing of this side's own part back. */
    readonly keptFrom: bigint
  }
}

/** What lanes, chain and time say, without what has to be asked for. */
export type HubFacts = Omit<HubContext, 'forwarding' | 'isWorthEnforcing' | 'isTrusted'>

/** What the engine does for a hub, all in the transaction that holds the new phase. */
export type HubEffect =
  | { readonly type: 'add'; readonly outgoing: Leg }
  | { readonly type: 'fold'; readonly leg: Leg; readonly amount: bigint }
  | { readonly type: 'restate'; readonly leg: Leg }
  | { readonly type: 'requestClose' }
  | { readonly type: 'claim'; readonly voucher?: SignedVoucher }
  | { readonly type: 'decline'; readonly decline: Decline }
