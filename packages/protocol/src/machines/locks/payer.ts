import type { Hex } from '../../primitives/hex.ts'
import { highestValue } from '../../rules/payment.ts'
import type { SignedVoucher } from '../../terms/voucher.ts'
import { goto, ignored, on, type Step, stay, type Table } from '../table.ts'
import {
  type Claim,
  canFold,
  type Decline,
  foldDue,
  isOnItsWayOut,
  isRefusalOfFolds,
  type Leg,
  type LockContext,
  mayFoldAgain,
  type OutgoingContext,
} from './lock.ts'

/** What a payer holds of a virtual channel that is not over. */
interface Opened {
  readonly outgoing: Leg
  /** The highest voucher that it signed, revealed tick included. */
  readonly voucher?: SignedVoucher
}

/** The lock is signed: payments can be made. */
export interface PayerOpen extends Opened {
  readonly type: 'open'
  /** The seed of the voucher's ticks. */
  readonly tickSeed?: Hex
}

/** This side wants the lock folded, and waits for the next member to claim. No payment is signed any more. */
export interface PayerAsking extends Opened {
  readonly type: 'asking'
  /** Unix second at which a fold was refused for what it is, if one was. */
  readonly foldRefusedAt?: bigint
  /** Unix second at which closing began here. */
  readonly closingSince: bigint
}

/** The next member claimed, or declined: the fold can't be signed yet. */
export interface PayerClaimed extends Opened {
  readonly type: 'claimed'
  /** Base units. */
  readonly claimed: bigint
  readonly decline?: Decline
  readonly closingSince: bigint
}

/** The fold is signed; a voucher with the lock can still be shown. */
export interface PayerFolding extends Opened {
  readonly type: 'folding'
  /** At what, base units. */
  readonly amount: bigint
  readonly decline?: Decline
  readonly closingSince: bigint
  /** Unix second at which the fold was signed. */
  readonly signedAt: bigint
}

/** The add was refused; a refused voucher with the lock can still be shown, so nothing is paid elsewhere before that is over. */
export interface PayerWithdrawing extends Opened {
  readonly type: 'withdrawing'
  readonly code: string
  readonly closingSince: bigint
  /** Unix second of the refusal. */
  readonly refusedAt: bigint
}

/** No lock is left, and none can come back. */
export interface PayerClosed {
  readonly type: 'closed'
  readonly voucher?: SignedVoucher
  readonly decline?: Decline
  /** Unix second at which it was over. */
  readonly closedAt: bigint
}

/** Where a payer is with a virtual channel. */
export type PayerPhase = PayerOpen | PayerAsking | PayerClaimed | PayerFolding | PayerWithdrawing | PayerClosed

export type PayerEvent =
  /** Something in the context may have changed: the chain, time, a channel, a lane, a session. */
  | { readonly type: 'contextChanged' }
  /** The app wants it closed. */
  | { readonly type: 'requestClose' }
  /** The app pays: a voucher above the one before, checked and signed. */
  | { readonly type: 'pay'; readonly voucher: SignedVoucher; readonly tickSeed?: Hex }
  /** The next member claims, by a voucher that was checked. */
  | { readonly type: 'claim'; readonly claim: Claim }
  /** The next member accepted the lock and goes no further; `returned`: fees that durably came back, base units. */
  | { readonly type: 'decline'; readonly code: string; readonly returned: bigint }
  /** The update with the add was refused, for ever. */
  | { readonly type: 'addRefused'; readonly code: string }
  /** The update with the fold was refused, for ever. */
  | { readonly type: 'foldRefused'; readonly code: string }

export interface PayerContext extends LockContext {
  /** Base units. */
  readonly capacity: bigint
  readonly outgoing: OutgoingContext
}

/** What the engine does for a payer, all in the transaction that holds the new phase. */
export type PayerEffect =
  | { readonly type: 'fold'; readonly leg: Leg; readonly amount: bigint }
  | { readonly type: 'restate'; readonly leg: Leg }
  | { readonly type: 'requestClose' }

type PayerStep = Step<PayerPhase, PayerEffect>
type Closing = Opened & { readonly closingSince?: bigint }
type Due = Pick<PayerClaimed, 'claimed' | 'decline'>

const opened = ({ outgoing, voucher }: Opened): Opened => ({ outgoing, ...(voucher && { voucher }) })

/** Unix second at which closing began: now, unless it had begun. */
const since = ({ closingSince }: Closing, { now }: PayerContext): bigint => closingSince ?? now

/**
 * No lock is left. It says that the virtual channel was declined only if no voucher with the lock can be shown any more: who is told so pays elsewhere, and would
 * pay twice where the chain paid this one, too.
 */
function close(
  { voucher, decline }: Pick<PayerClosed, 'voucher' | 'decline'>,
  { now, outgoing }: PayerContext,
): PayerStep {
  const isFree = outgoing.lock === 'cleared'
  return goto({ type: 'closed', closedAt: now, ...(voucher && { voucher }), ...(isFree && decline && { decline }) })
}

/** Asks the next member to close; it passes that on to the payee, who claims. */
function ask(phase: Closing, context: PayerContext, foldRefusedAt?: bigint): PayerStep {
  const asking: PayerAsking = {
    ...opened(phase),
    type: 'asking',
    closingSince: since(phase, context),
    ...(foldRefusedAt !== undefined && { foldRefusedAt }),
  }
  return context.outgoing.channel === 'live' ? goto(asking, { type: 'requestClose' }) : goto(asking)
}

/** Folds what is due if the lane takes it now; never above the highest voucher that this side signed. */
function fold(phase: Closing, { claimed, decline }: Due, context: PayerContext): PayerStep | false {
  const amount = foldDue(context.outcome, claimed)
  const signed = highestValue(phase.voucher, context.capacity)
  if (amount === undefined || amount > signed || !canFold(context.outgoing)) return false
  const folding: PayerFolding = {
    ...opened(phase),
    type: 'folding',
    amount,
    closingSince: since(phase, context),
    signedAt: context.now,
    ...(decline && amount === 0n && { decline }),
  }
  return goto(folding, { type: 'fold', leg: phase.outgoing, amount })
}

/** Folds what is due, now or once that is possible. */
function foldOrWait(phase: Closing, due: Due, context: PayerContext): PayerStep {
  const waiting: PayerClaimed = { ...opened(phase), type: 'claimed', closingSince: since(phase, context), ...due }
  return fold(phase, due, context) || goto(waiting)
}

function withdraw(phase: Closing, code: string, context: PayerContext): PayerStep {
  return goto({
    ...opened(phase),
    type: 'withdrawing',
    code,
    closingSince: since(phase, context),
    refusedAt: context.now,
  })
}

const isQuiet = ({ outcome }: PayerContext): boolean => outcome.type === 'quiet'
const isOver = ({ outgoing }: PayerContext): boolean => outgoing.lock === 'cleared' || outgoing.channel === 'ended'

function restate<P extends PayerPhase & { readonly outgoing: Leg }>(
  phase: P,
  { outgoing }: PayerContext,
): PayerStep | false {
  return (
    outgoing.needsRestatement && outgoing.channel === 'live' && stay(phase, { type: 'restate', leg: phase.outgoing })
  )
}

const waits = ignored('what it waits for has not come')
const gone = ignored('nothing of it is left')
const closesAlready = ignored('it is being closed')
const noPayment = ignored('no payment is signed on what closes; the call is refused')
const followedAnother = ignored('the claim that was followed counts')
const wentNoFurther = ignored('who refused or declined the lock went no further')
const noFold = ignored('no fold stands that could be refused')
const window = ignored('while the window of the virtual channel runs, only the chain decides what it pays')

/** All that can happen to a virtual channel at its payer: a row a phase, a cell an event. It never folds above what it signed. */
export const payerTable: Table<PayerPhase, PayerEvent, PayerContext, PayerEffect> = {
  open: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => c.outgoing.channel === 'ended' && close(p, c)),
      on(
        'fold by the final amount',
        (p, _, c) => c.outcome.type === 'final' && foldOrWait(p, { claimed: c.outcome.amount }, c),
      ),
      on('it is closed on chain', (p, _, c) => !isQuiet(c) && ask(p, c)),
      on('its life is over', (p, _, c) => c.now >= c.closesAt && ask(p, c)),
      on('its channel closes', (p, _, c) => isOnItsWayOut(c.outgoing) && ask(p, c)),
      waits,
    ],
    requestClose: [on('ask the next member', (p, _, c) => ask(p, c))],
    pay: [
      on('pay', (p, { voucher, tickSeed }) =>
        stay({ type: 'open', outgoing: p.outgoing, voucher, ...(tickSeed !== undefined && { tickSeed }) }),
      ),
    ],
    claim: [on('follow the claim', (p, e, c) => isQuiet(c) && foldOrWait(p, { claimed: e.claim.amount }, c)), window],
    decline: [on('take the decline', (p, e, c) => foldOrWait(p, { claimed: 0n, decline: declineOf(e) }, c))],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
  },
  asking: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => c.outgoing.channel === 'ended' && close(p, c)),
      on(
        'fold by the final amount',
        (p, _, c) =>
          c.outcome.type === 'final' && mayFoldAgain(p, c) && foldOrWait(p, { claimed: c.outcome.amount }, c),
      ),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    claim: [on('follow the claim', (p, e, c) => isQuiet(c) && foldOrWait(p, { claimed: e.claim.amount }, c)), window],
    decline: [on('take the decline', (p, e, c) => foldOrWait(p, { claimed: 0n, decline: declineOf(e) }, c))],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
  },
  claimed: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => c.outgoing.channel === 'ended' && close(p, c)),
      on('fold', (p, _, c) => fold(p, p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    claim: [
      on('follow a higher claim', (p, e, c) => {
        const isBetter = p.decline === undefined && e.claim.amount > p.claimed
        return isQuiet(c) && isBetter && foldOrWait(p, { claimed: e.claim.amount }, c)
      }),
      followedAnother,
    ],
    decline: [followedAnother],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
  },
  folding: {
    contextChanged: [
      on('the lock is gone', (p, _, c) => isOver(c) && close(p, c)),
      on('restate', (p, _, c) => restate(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    claim: [followedAnother],
    decline: [followedAnother],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [
      on('wait for another claim', (p, e, c) => isRefusalOfFolds(e.code) && ask(p, c, c.now)),
      on('fold again', (p, _, c) => foldOrWait(p, { claimed: p.amount, ...(p.decline && { decline: p.decline }) }, c)),
    ],
  },
  withdrawing: {
    contextChanged: [
      on(
        'the refused voucher is dead',
        (p, _, c) => isOver(c) && close({ ...opened(p), decline: { code: p.code, returned: 0n } }, c),
      ),
      on('restate', (p, _, c) => restate(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    claim: [wentNoFurther],
    decline: [wentNoFurther],
    addRefused: [ignored('it was refused before')],
    foldRefused: [noFold],
  },
  closed: {
    contextChanged: [gone],
    requestClose: [gone],
    pay: [noPayment],
    claim: [gone],
    decline: [gone],
    addRefused: [gone],
    foldRefused: [noFold],
  },
}

function declineOf({ code, returned }: Extract<PayerEvent, { type: 'decline' }>): Decline {
  return { code, returned }
}
