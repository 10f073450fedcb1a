import { highestValue } from '../../rules/payment.ts'
import type { SignedVoucher } from '../../terms/voucher.ts'
import { goto, ignored, on, type Step, stay, type Table } from '../table.ts'
import {
  canDecline,
  type Decline,
  isByMessages,
  isOnItsWayOut,
  type Leg,
  type LegContext,
  type LockContext,
} from './lock.ts'

/** The lock stands: payments are accepted. */
export interface PayeeOpen {
  readonly type: 'open'
  readonly incoming: Leg
  /** The highest voucher accepted, revealed tick included. */
  readonly voucher?: SignedVoucher
}

/** No payment is accepted any more: the lock is to be folded at no less than the highest voucher. */
export interface PayeeClaiming {
  readonly type: 'claiming'
  readonly incoming: Leg
  readonly voucher?: SignedVoucher
  /** Unix second at which closing began here. */
  readonly closingSince: bigint
  /** Unix second at which the claim was sent. */
  readonly askedAt?: bigint
}

/** The lock was accepted, and the virtual channel not: the lock is to be folded at anything. */
export interface PayeeReturning {
  readonly type: 'returning'
  readonly incoming: Leg
  readonly decline: Decline
  readonly closingSince: bigint
  readonly askedAt?: bigint
}

/** The lock is folded, or paid out by the chain. */
export interface PayeeClosed {
  readonly type: 'closed'
  readonly voucher?: SignedVoucher
  readonly decline?: Decline
  /** Unix second at which it was over. */
  readonly closedAt: bigint
}

/** Where a payee is with a virtual channel. */
export type PayeePhase = PayeeOpen | PayeeClaiming | PayeeReturning | PayeeClosed

export type PayeeEvent =
  /** Something in the context may have changed: the chain, time, a channel, a session. */
  | { readonly type: 'contextChanged' }
  /** The neighbour towards the payer, or the app, wants it closed. */
  | { readonly type: 'requestClose' }
  /** A voucher above the one before was checked: the payment is accepted. */
  | { readonly type: 'pay'; readonly voucher: SignedVoucher }
  /** A fold of the lock was accepted, base units. */
  | { readonly type: 'folded'; readonly amount: bigint }

export interface PayeeContext extends LockContext {
  /** Base units. */
  readonly capacity: bigint
  readonly incoming: LegContext
}

/** What the engine does for a payee, all in the transaction that holds the new phase. */
export type PayeeEffect =
  | { readonly type: 'claim'; readonly voucher?: SignedVoucher }
  | { readonly type: 'decline'; readonly decline: Decline }
  /** Tells the payer what is durably accepted. */
  | { readonly type: 'acknowledge'; readonly amount: bigint }

type PayeeStep = Step<PayeePhase, PayeeEffect>

function close({ voucher, decline }: Pick<PayeeClosed, 'voucher' | 'decline'>, { now }: PayeeContext): PayeeStep {
  return goto({ type: 'closed', closedAt: now, ...(voucher && { voucher }), ...(decline && { decline }) })
}

/** Asks the neighbour towards the payer to fold, once messages can say it. */
function claim(phase: PayeeClaiming, { incoming, outcome, now, capacity }: PayeeContext): PayeeStep | false {
  if (phase.askedAt !== undefined || !isByMessages(incoming, outcome)) return false
  const { voucher } = phase
  const isPaid = highestValue(voucher, capacity) > 0n
  return goto({ ...phase, askedAt: now }, { type: 'claim', ...(voucher && isPaid && { voucher }) })
}

function beginClaiming({ incoming, voucher }: PayeeOpen, context: PayeeContext): PayeeStep {
  const claiming: PayeeClaiming = {
    type: 'claiming',
    incoming,
    closingSince: context.now,
    ...(voucher && { voucher }),
  }
  return claim(claiming, context) || goto(claiming)
}

function sendDecline(phase: PayeeReturning, { incoming, outcome, now }: PayeeContext): PayeeStep | false {
  if (phase.askedAt !== undefined || !canDecline(incoming, outcome, phase.decline)) return false
  return goto({ ...phase, askedAt: now }, { type: 'decline', decline: phase.decline })
}

const isEndedByChain = ({ incoming }: PayeeContext): boolean => incoming.channel === 'ended'

const waits = ignored('what it waits for has not come')
const gone = ignored('nothing of it is left')
const closesAlready = ignored('it is being closed')
const noPayment = ignored('no payment is accepted on what closes; the payer gets a refusal')

/** All that can happen to a virtual channel at its payee: a row a phase, a cell an event. What it accepted it claims. */
export const payeeTable: Table<PayeePhase, PayeeEvent, PayeeContext, PayeeEffect> = {
  open: {
    contextChanged: [
      on('the chain ended the channel', (p, _, c) => isEndedByChain(c) && close(p, c)),
      on('it is closed on chain', (p, _, c) => c.outcome.type !== 'quiet' && beginClaiming(p, c)),
      on('its life is over', (p, _, c) => c.now >= c.closesAt && beginClaiming(p, c)),
      on('its channel closes', (p, _, c) => isOnItsWayOut(c.incoming) && beginClaiming(p, c)),
      waits,
    ],
    requestClose: [on('claim', (p, _, c) => beginClaiming(p, c))],
    pay: [
      on('accept', ({ incoming }, { voucher }, c) =>
        stay({ type: 'open', incoming, voucher }, { type: 'acknowledge', amount: highestValue(voucher, c.capacity) }),
      ),
    ],
    folded: [on('the payer folds', (p, _, c) => close(p, c))],
  },
  claiming: {
    contextChanged: [
      on('the chain ended the channel', (p, _, c) => isEndedByChain(c) && close(p, c)),
      on('claim', (p, _, c) => claim(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    folded: [on('the payer folds', (p, _, c) => close(p, c))],
  },
  returning: {
    contextChanged: [
      on('the chain ended the channel', (p, _, c) => isEndedByChain(c) && close(p, c)),
      on('decline', (p, _, c) => sendDecline(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    pay: [noPayment],
    folded: [on('the payer takes it back', (p, _, c) => close(p, c))],
  },
  closed: {
    contextChanged: [gone],
    requestClose: [gone],
    pay: [noPayment],
    folded: [ignored('the lock is folded once')],
  },
}
