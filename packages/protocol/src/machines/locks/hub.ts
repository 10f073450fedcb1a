import { highest, lowest } from '../../primitives/extremes.ts'
import { feesToReturn } from '../../rules/fees.ts'
import { hubFoldLimit } from '../../rules/fold-payer.ts'
import { highestValue } from '../../rules/payment.ts'
import type { SignedVoucher } from '../../terms/voucher.ts'
import { goto, ignored, on, type Step, stay, type Table } from '../table.ts'
import type {
  Asking,
  Claimed,
  Claiming,
  Clearing,
  Covered,
  Folding,
  HubContext,
  HubEffect,
  HubEvent,
  HubPhase,
  LockedOn,
  Paid,
  Received,
  Returning,
  WrittenOff,
} from './hub-phases.ts'
import {
  canDecline,
  canFold,
  type Decline,
  foldDue,
  isByMessages,
  isLate,
  isOnItsWayOut,
  isRefusalOfFolds,
  type Leg,
  mayFoldAgain,
  type OutgoingContext,
  outcomeForRules,
} from './lock.ts'

type HubStep = Step<HubPhase, HubEffect>
type Closing = LockedOn & { readonly closingSince?: bigint }

/** The outgoing leg as it is now. */
function outgoingOf({ outgoing }: HubContext): OutgoingContext {
  if (outgoing === undefined) throw new RangeError('a hub that locked on has an outgoing leg')
  return outgoing
}

/** What every phase that locked on keeps of the one before. */
function lockedOn({ incoming, outgoing, voucher, largestFold }: LockedOn): LockedOn {
  return { incoming, outgoing, ...(voucher && { voucher }), ...(largestFold !== undefined && { largestFold }) }
}

/** What is kept once the incoming lock is folded. */
function paid({ outgoing, voucher, largestFold }: LockedOn, foldedAt: bigint, closingSince: bigint): Paid {
  return {
    outgoing,
    foldedAt,
    closingSince,
    ...(voucher && { voucher }),
    ...(largestFold !== undefined && { largestFold }),
  }
}

/** Unix second at which closing began: now, unless it had begun. */
const since = ({ closingSince }: Closing, { now }: HubContext): bigint => closingSince ?? now

/** No lock is left that could come back. */
function close(
  { voucher, decline }: { readonly voucher?: SignedVoucher; readonly decline?: Decline },
  { now }: HubContext,
): HubStep {
  return goto({ type: 'closed', closedAt: now, ...(voucher && { voucher }), ...(decline && { decline }) })
}

// What is surely got for the incoming lock bounds what is paid for the outgoing one.

function foldLimit({ voucher }: LockedOn, { outcome, capacity }: HubContext): bigint {
  return hubFoldLimit({
    held: voucher && highestValue(voucher, capacity),
    incomingStands: true,
    incomingFoldedAt: undefined,
    outcome: outcomeForRules(outcome),
  })
}

function coveredLimit({ foldedAt }: Paid, { outcome }: HubContext): bigint {
  return hubFoldLimit({
    held: undefined,
    incomingStands: false,
    incomingFoldedAt: foldedAt,
    outcome: outcomeForRules(outcome),
  })
}

// The outgoing lock

/** Asks the next member to close; it passes that on to the payee, who claims. */
function ask(phase: Closing, context: HubContext, foldRefusedAt?: bigint): HubStep {
  const asking: Asking = {
    ...lockedOn(phase),
    type: 'asking',
    closingSince: since(phase, context),
    ...(foldRefusedAt !== undefined && { foldRefusedAt }),
  }
  return outgoingOf(context).channel === 'live' ? goto(asking, { type: 'requestClose' }) : goto(asking)
}

type Due = Pick<Claimed, 'claimed' | 'decline'>

/** Whether what a claim is worth is surely got back: by the chain's word, by the chain where messages fail, or on trust that is covered. */
function isSure(amount: bigint, { outcome, isTrusted }: HubContext): boolean {
  return amount === 0n || outcome.type === 'final' || isTrusted(amount)
}

/** Folds what is due if the lane takes it now and it is surely got back; `false` if not. */
function fold(phase: Closing, { claimed, decline }: Due, context: HubContext): HubStep | false {
  const amount = foldDue(context.outcome, claimed)
  if (amount === undefined || amount > foldLimit(phase, context) || !canFold(outgoingOf(context))) return false
  if (!isSure(amount, context)) return false
  const folding: Folding = {
    ...lockedOn(phase),
    type: 'folding',
    amount,
    largestFold: highest(amount, phase.largestFold ?? 0n),
    closingSince: since(phase, context),
    signedAt: context.now,
    ...(decline && amount === 0n && { decline }),
  }
  return goto(folding, { type: 'fold', leg: phase.outgoing, amount })
}

/** Folds what is due, now or once that is possible. */
function foldOrWait(phase: Closing, due: Due, context: HubContext): HubStep {
  const waiting: Claimed = { ...lockedOn(phase), type: 'claimed', closingSince: since(phase, context), ...due }
  return fold(phase, due, context) || goto(waiting)
}

function followClaim(phase: Closing, claim: HubClaim, context: HubContext): HubStep {
  const isHigher = highestValue(claim.voucher, context.capacity) > highestValue(phase.voucher, context.capacity)
  const holding = isHigher && claim.voucher !== undefined ? { ...phase, voucher: claim.voucher } : phase
  return foldOrWait(holding, { claimed: claim.amount }, context)
}

type HubClaim = Extract<HubEvent, { type: 'claim' }>['claim']

function followDecline(phase: Closing, event: Extract<HubEvent, { type: 'decline' }>, context: HubContext): HubStep {
  const { received, paidOn, base, keptFrom } = context.fees
  const isLate = context.now >= keptFrom
  const returned = feesToReturn({ received, paidOn, base, returned: event.returned, isLate })
  const decline: Decline = { code: event.code, returned }
  return foldOrWait(phase, { claimed: 0n, decline }, context)
}

/** A refused voucher with the lock can be shown until a restatement is countersigned. */
function withdraw(phase: Closing, code: string, context: HubContext): HubStep {
  const { now } = context
  return goto({
    ...lockedOn(phase),
    type: 'withdrawing',
    code,
    closingSince: since(phase, context),
    refusedAt: now,
  })
}

/** Whether nothing that can be shown makes the outgoing lock cost anything more. */
function isOutgoingOver(context: HubContext): boolean {
  const { lock, channel } = outgoingOf(context)
  return lock === 'cleared' || channel === 'ended'
}

/** Signs the lane again as it stands, where only that can kill a refused voucher with the lock. */
function restate<P extends HubPhase & { readonly outgoing: Leg }>(phase: P, context: HubContext): HubStep | false {
  const { needsRestatement, channel } = outgoingOf(context)
  return needsRestatement && channel === 'live' && stay(phase, { type: 'restate', leg: phase.outgoing })
}

// The incoming lock

/** Asks the neighbour towards the payer to fold at what was folded, once messages can say it. */
function claim(phase: Claiming, { incoming, outcome, now }: HubContext): HubStep | false {
  if (phase.askedAt !== undefined || !isByMessages(incoming, outcome)) return false
  const { voucher, largestFold = 0n } = phase
  return goto({ ...phase, askedAt: now }, { type: 'claim', ...(voucher && largestFold > 0n && { voucher }) })
}

/**
 * Leaves what its neighbour did not follow in time and no call is worth: once nothing of the outgoing lock can be shown, and no sooner, since until then
 * more can be lost than was folded.
 */
function writeOff(phase: Claiming, context: HubContext): HubStep | false {
  const { incoming, outcome, now, followTimeout, isWorthEnforcing } = context
  const { largestFold = 0n } = phase
  if (!isByMessages(incoming, outcome) || !isLate(now, phase.askedAt, followTimeout)) return false
  if (outgoingOf(context).lock !== 'cleared' || isWorthEnforcing(largestFold)) return false
  const { cost, closingSince } = phase
  const left: WrittenOff = { ...lockedOn(phase), type: 'writtenOff', largestFold, cost, closingSince, leftAt: now }
  return goto(left)
}

/** Tells the neighbour towards the payer that nothing was paid on, once messages can say it and the fees can go back. */
function sendDecline(phase: Returning, { incoming, outcome, now }: HubContext): HubStep | false {
  if (phase.askedAt !== undefined || !canDecline(incoming, outcome, phase.decline)) return false
  return goto({ ...phase, askedAt: now }, { type: 'decline', decline: phase.decline })
}

function beginReturning(incoming: Leg, decline: Decline, closingSince: bigint, context: HubContext): HubStep {
  const phase: Returning = { type: 'returning', incoming, decline, closingSince }
  return sendDecline(phase, context) || goto(phase)
}

/** What the outgoing lock came to, once nothing more can come of it, base units. */
function costOf(phase: Closing & Partial<Pick<Folding, 'amount'>>, context: HubContext): bigint {
  if (outgoingOf(context).lock === 'cleared') return phase.amount ?? 0n
  const byChain = context.outcome.type === 'final' ? lowest(context.outcome.amount, context.capacity) : 0n
  return highest(phase.largestFold ?? 0n, byChain)
}

/**
 * The outgoing side is over. Where nothing was paid, by no voucher that can be shown and by no answer of the chain, the incoming lock is
 * given back; else what it came to is claimed.
 */
function claimOrReturn(phase: Closing, decline: Decline | undefined, context: HubContext): HubStep {
  const closingSince = since(phase, context)
  const isFree = outgoingOf(context).lock === 'cleared' && (phase.largestFold ?? 0n) === 0n
  if (decline !== undefined && isFree) return beginReturning(phase.incoming, decline, closingSince, context)
  const claiming: Claiming = { ...lockedOn(phase), type: 'claiming', cost: costOf(phase, context), closingSince }
  return claim(claiming, context) || goto(claiming)
}

/** Declines what was never locked on: all of its fees go back. */
function decline({ incoming }: Received, code: string, context: HubContext): HubStep {
  return beginReturning(incoming, { code, returned: context.fees.received }, context.now, context)
}

// After the incoming lock was folded

function cover(phase: Closing, foldedAt: bigint, claimed: bigint | undefined, context: HubContext): HubStep {
  const rest = paid(phase, foldedAt, since(phase, context))
  return foldOrCover({ type: 'covered', ...rest, ...(claimed !== undefined && { claimed }) }, context)
}

/** Folds the outgoing lock at what was claimed, else at all that came in; `false` if that is not possible now. */
function foldCovered(phase: Covered, context: HubContext): HubStep | false {
  const { claimed, foldRefusedAt: _, type: __, ...rest } = phase
  const amount = foldDue(context.outcome, claimed ?? phase.foldedAt)
  if (amount === undefined || amount > coveredLimit(phase, context) || !canFold(outgoingOf(context))) return false
  const largestFold = highest(amount, phase.largestFold ?? 0n)
  const clearing: Clearing = { ...rest, type: 'clearing', largestFold, signedAt: context.now }
  return goto(clearing, { type: 'fold', leg: phase.outgoing, amount })
}

const foldOrCover = (phase: Covered, context: HubContext): HubStep => foldCovered(phase, context) || goto(phase)

function clear(phase: Paid, context: HubContext): HubStep {
  const { outgoing, foldedAt, voucher, largestFold, closingSince } = phase
  const rest = { ...(voucher && { voucher }), ...(largestFold !== undefined && { largestFold }) }
  return goto({ type: 'clearing', outgoing, foldedAt, closingSince, signedAt: context.now, ...rest })
}

const isQuiet = ({ outcome }: HubContext): boolean => outcome.type === 'quiet'
const isPaidOutByChain = (context: HubContext): boolean => outgoingOf(context).channel === 'ended'

const waits = ignored('what it waits for has not come')
const gone = ignored('nothing of it is left')
const closesAlready = ignored('it is being closed')
const followedAnother = ignored('the claim that was followed counts')
const wentNoFurther = ignored('who refused or declined the lock went no further')
const notLockedOn = ignored('nothing was signed towards the payee')
const addIsOver = ignored('the add can be shown no more')
const noFold = ignored('no fold stands that could be refused')
const foldedBefore = ignored('the incoming lock is folded once')
const window = ignored('while the window of the virtual channel runs, only the chain decides what it pays')

/**
 * All that can happen to a virtual channel at a hub: a row a phase, a cell an event. The promise that it keeps: what can still be claimed
 * for the incoming lock is at least what the outgoing one can still cost.
 */
export const hubTable: Table<HubPhase, HubEvent, HubContext, HubEffect> = {
  received: {
    contextChanged: [
      on('the chain ended the incoming channel', (_, __, c) => c.incoming.channel === 'ended' && close({}, c)),
      on('it is closed on chain', (p, _, c) => !isQuiet(c) && decline(p, 'VIRTUAL_CLOSED', c)),
      on('the incoming channel closes', (p, _, c) => isOnItsWayOut(c.incoming) && decline(p, 'CHANNEL_CLOSING', c)),
      on('lock on', (p, _, c) => {
        const forwarding = c.forwarding()
        if (forwarding.type !== 'ready') return false
        const { outgoing } = forwarding
        return goto({ type: 'forwarded', incoming: p.incoming, outgoing }, { type: 'add', outgoing })
      }),
      on('decline', (p, _, c) => {
        const forwarding = c.forwarding()
        const isLost = forwarding.type === 'permanent' || (forwarding.type === 'temporary' && c.now >= c.forwardUntil)
        return isLost && decline(p, forwarding.code, c)
      }),
      waits,
    ],
    requestClose: [on('decline', (p, _, c) => decline(p, 'VIRTUAL_CLOSED', c))],
    claim: [notLockedOn],
    decline: [notLockedOn],
    addRefused: [notLockedOn],
    foldRefused: [notLockedOn],
    folded: [on('the payer takes it back', (_, __, c) => close({}, c))],
  },
  forwarded: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => isPaidOutByChain(c) && claimOrReturn(p, undefined, c)),
      on(
        'fold by the final amount',
        (p, _, c) => c.outcome.type === 'final' && foldOrWait(p, { claimed: c.outcome.amount }, c),
      ),
      on('it is closed on chain', (p, _, c) => !isQuiet(c) && ask(p, c)),
      on('its life is over', (p, _, c) => c.now >= c.closesAt && ask(p, c)),
      on('a channel closes', (p, _, c) => [c.incoming, outgoingOf(c)].some(isOnItsWayOut) && ask(p, c)),
      waits,
    ],
    requestClose: [on('pass it on', (p, _, c) => ask(p, c))],
    claim: [on('follow the claim', (p, e, c) => isQuiet(c) && followClaim(p, e.claim, c)), window],
    decline: [on('take the decline', (p, e, c) => followDecline(p, e, c))],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
    folded: [on('the payer paid first', (p, e, c) => cover(p, e.amount, undefined, c))],
  },
  asking: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => isPaidOutByChain(c) && claimOrReturn(p, undefined, c)),
      on(
        'fold by the final amount',
        (p, _, c) =>
          c.outcome.type === 'final' && mayFoldAgain(p, c) && foldOrWait(p, { claimed: c.outcome.amount }, c),
      ),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [on('follow the claim', (p, e, c) => isQuiet(c) && followClaim(p, e.claim, c)), window],
    decline: [
      on('take the decline', (p, e, c) => p.largestFold === undefined && followDecline(p, e, c)),
      followedAnother,
    ],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
    folded: [on('the payer paid first', (p, e, c) => cover(p, e.amount, undefined, c))],
  },
  claimed: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => isPaidOutByChain(c) && claimOrReturn(p, p.decline, c)),
      on('fold', (p, _, c) => fold(p, p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [
      on('follow a higher claim', (p, e, c) => {
        const isBetter = p.decline === undefined && e.claim.amount > p.claimed
        return isQuiet(c) && isBetter && followClaim(p, e.claim, c)
      }),
      followedAnother,
    ],
    decline: [followedAnother],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [noFold],
    folded: [on('the payer paid first', (p, e, c) => cover(p, e.amount, p.claimed, c))],
  },
  folding: {
    contextChanged: [
      on('the outgoing lock is gone', (p, _, c) => isOutgoingOver(c) && claimOrReturn(p, p.decline, c)),
      on('restate', (p, _, c) => restate(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [followedAnother],
    decline: [followedAnother],
    addRefused: [on('withdraw', (p, e, c) => withdraw(p, e.code, c))],
    foldRefused: [
      on('wait for another claim', (p, e, c) => isRefusalOfFolds(e.code) && ask(p, c, c.now)),
      on('fold again', (p, _, c) => foldOrWait(p, { claimed: p.amount, ...(p.decline && { decline: p.decline }) }, c)),
    ],
    folded: [on('both are folded', (p, e, c) => clear(paid(p, e.amount, p.closingSince), c))],
  },
  withdrawing: {
    contextChanged: [
      // Nothing of the refused update was paid on, so all that came in goes back.
      on(
        'the refused voucher is dead',
        (p, _, c) => isOutgoingOver(c) && claimOrReturn(p, { code: p.code, returned: c.fees.received }, c),
      ),
      on('restate', (p, _, c) => restate(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [wentNoFurther],
    decline: [wentNoFurther],
    addRefused: [ignored('it was refused before')],
    foldRefused: [noFold],
    folded: [on('the payer took it back', (p, e, c) => clear(paid(p, e.amount, p.closingSince), c))],
  },
  claiming: {
    contextChanged: [
      on('the chain ended the incoming channel', (p, _, c) => c.incoming.channel === 'ended' && close(p, c)),
      on('claim', (p, _, c) => claim(p, c)),
      on('leave what is not worth a transaction', (p, _, c) => writeOff(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [followedAnother],
    decline: [followedAnother],
    addRefused: [addIsOver],
    foldRefused: [noFold],
    folded: [on('both are folded', (p, _, c) => close(p, c))],
  },
  writtenOff: {
    contextChanged: [
      on('the chain ended the incoming channel', (p, _, c) => c.incoming.channel === 'ended' && close(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [followedAnother],
    decline: [followedAnother],
    addRefused: [addIsOver],
    foldRefused: [noFold],
    folded: [on('the payer takes its lock back', (p, _, c) => close(p, c))],
  },
  returning: {
    contextChanged: [
      on('the chain ended the incoming channel', (p, _, c) => c.incoming.channel === 'ended' && close(p, c)),
      on('decline', (p, _, c) => sendDecline(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [wentNoFurther],
    decline: [wentNoFurther],
    addRefused: [addIsOver],
    foldRefused: [noFold],
    folded: [on('the payer took it back', (p, _, c) => close(p, c))],
  },
  covered: {
    contextChanged: [
      on('the chain paid out', (p, _, c) => isPaidOutByChain(c) && close(p, c)),
      on('fold', (p, _, c) => mayFoldAgain(p, c) && foldCovered(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [
      on('follow the claim', (p, e, c) => {
        const isFirst = p.claimed === undefined && e.claim.amount <= p.foldedAt
        return isQuiet(c) && isFirst && foldOrCover({ ...p, claimed: e.claim.amount }, c)
      }),
      followedAnother,
    ],
    decline: [
      on('take the decline', (p, _, c) => {
        const isFirst = p.claimed === undefined && p.largestFold === undefined
        return isFirst && foldOrCover({ ...p, claimed: 0n }, c)
      }),
      followedAnother,
    ],
    addRefused: [on('withdraw', (p, _, c) => clear(p, c))],
    foldRefused: [noFold],
    folded: [foldedBefore],
  },
  clearing: {
    contextChanged: [
      on('the outgoing lock is gone', (p, _, c) => isOutgoingOver(c) && close(p, c)),
      on('restate', (p, _, c) => restate(p, c)),
      waits,
    ],
    requestClose: [closesAlready],
    claim: [followedAnother],
    decline: [followedAnother],
    addRefused: [ignored('a voucher that can be shown is waited for already')],
    foldRefused: [
      on(
        'wait for another claim',
        ({ signedAt: _, ...p }, e, c) =>
          isRefusalOfFolds(e.code) && goto({ ...p, type: 'covered', foldRefusedAt: c.now }),
      ),
      on('fold again', ({ signedAt: _, ...p }, __, c) => foldOrCover({ ...p, type: 'covered' }, c)),
    ],
    folded: [foldedBefore],
  },
  closed: {
    contextChanged: [gone],
    requestClose: [gone],
    claim: [gone],
    decline: [gone],
    addRefused: [addIsOver],
    foldRefused: [noFold],
    folded: [foldedBefore],
  },
}
