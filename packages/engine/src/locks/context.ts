import {
  type ChannelRecord,
  draftState,
  feesFrom,
  type HubFacts,
  type HubRecord,
  holdsLock,
  holdsLockAnywhere,
  type Id,
  type Leg,
  type LegContext,
  type Outcome,
  type OutgoingContext,
  type OutLane,
  type PayeeContext,
  type PayeeRecord,
  type PayerContext,
  type PayerRecord,
} from '@sluice/protocol'
import { isClosing, isLeaving, secondsOf } from '../lanes/channel.ts'
import { isLockDisputed } from '../lanes/disputed.ts'
import { canRestate, takesOperation } from '../lanes/draft.ts'
import type { StateView } from '../ports/tx.ts'
import { closesAtOf, feesKeptFrom, forwardUntil } from './record.ts'

/** What the chain says of a virtual channel. */
export function outcomeOf({ chain }: Pick<StateView, 'chain'>, virtualId: Id): Outcome {
  const { finalAt, finalAmount, redeemed } = chain.virtual(virtualId)
  if (finalAmount !== undefined) return { type: 'final', amount: finalAmount }
  return finalAt === undefined ? { type: 'quiet' } : { type: 'closing', until: finalAt, redeemed }
}

/** A leg whose channel's record is gone: nothing of it is left. */
const gone: LegContext = { channel: 'ended', isLeaving: true, isDisputed: false, takes: false }

function legContext(view: StateView, channel: ChannelRecord, leg: Leg, virtualId: Id, side: 'in' | 'out'): LegContext {
  if (channel.phase.type === 'ended') return gone
  return {
    channel: isClosing(view, channel) ? 'closing' : 'live',
    isLeaving: isLeaving(view, channel),
    get isDisputed() {
      return isLockDisputed(view, channel, side, leg.slot, virtualId)
    },
    get takes() {
      return takesOperation(view, channel)
    },
  }
}

function incomingContext(view: StateView, virtualId: Id, leg: Leg | undefined): LegContext {
  const channel = leg && view.channels.get(leg.channelId)
  return leg === undefined || channel === undefined ? gone : legContext(view, channel, leg, virtualId, 'in')
}

function lockStatus(out: OutLane, { slot }: Leg, virtualId: Id): OutgoingContext['lock'] {
  if (holdsLock(draftState(out), slot, virtualId)) return 'standing'
  return holdsLockAnywhere(out, slot, virtualId) ? 'showable' : 'cleared'
}

/** Whether the newest voucher that holds the lock was refused, so that nothing signed so far can kill it. */
function isHeldByRefused({ current, updates }: OutLane, { slot }: Leg, virtualId: Id): boolean {
  return updates.some(({ state }) => state.seq > current.seq && holdsLock(state, slot, virtualId))
}

function outgoingContext(view: StateView, virtualId: Id, leg: Leg): OutgoingContext {
  const channel = view.channels.get(leg.channelId)
  // A channel stays as long as a lock of it counts. Should one be missing yet, nothing says that its voucher cannot be shown.
  if (channel === undefined) return { ...gone, lock: 'showable', needsRestatement: false }
  const { channel: state, isLeaving: leaving } = legContext(view, channel, leg, virtualId, 'out')
  return {
    channel: state,
    isLeaving: leaving,
    get isDisputed() {
      return state !== 'ended' && isLockDisputed(view, channel, 'out', leg.slot, virtualId)
    },
    get lock() {
      return lockStatus(channel.out, leg, virtualId)
    },
    get needsRestatement() {
      return canRestate(view, channel) && isHeldByRefused(channel.out, leg, virtualId)
    },
    get takes() {
      return takesOperation(view, channel)
    },
  }
}

/** Where a hub stands now, but for whether it can lock on and whom it may trust. */
export function hubContext(view: StateView, record: HubRecord): HubFacts {
  const { virtualId, phase, terms, memo, position } = record
  const outgoing = 'outgoing' in phase ? phase.outgoing : undefined
  return {
    now: secondsOf(view),
    outcome: outcomeOf(view, virtualId),
    closesAt: closesAtOf(record, view.env.policy),
    refoldAfter: view.env.policy.coverWait,
    capacity: terms.capacity,
    incoming: incomingContext(view, virtualId, 'incoming' in phase ? phase.incoming : undefined),
    outgoing: outgoing && outgoingContext(view, virtualId, outgoing),
    forwardUntil: forwardUntil(record, view.env.policy),
    followTimeout: view.env.policy.followTimeout,
    fees: {
      received: feesFrom(memo, position - 1),
      paidOn: outgoing === undefined ? 0n : feesFrom(memo, position),
      base: view.env.policy.feeBase,
      keptFrom: feesKeptFrom(record, view.env.policy),
    },
  }
}

/** Where a payer stands now. */
export function payerContext(view: StateView, record: PayerRecord): PayerContext {
  const { virtualId, phase, terms } = record
  return {
    now: secondsOf(view),
    outcome: outcomeOf(view, virtualId),
    closesAt: closesAtOf(record, view.env.policy),
    refoldAfter: view.env.policy.coverWait,
    capacity: terms.capacity,
    outgoing:
      phase.type === 'closed'
        ? { ...gone, lock: 'cleared', needsRestatement: false }
        : outgoingContext(view, virtualId, phase.outgoing),
  }
}

/** Where a payee stands now. */
export function payeeContext(view: StateView, record: PayeeRecord): PayeeContext {
  const { virtualId, phase, terms } = record
  return {
    now: secondsOf(view),
    outcome: outcomeOf(view, virtualId),
    closesAt: closesAtOf(record, view.env.policy),
    refoldAfter: view.env.policy.coverWait,
    capacity: terms.capacity,
    incoming: incomingContext(view, virtualId, phase.type === 'closed' ? undefined : phase.incoming),
  }
}
