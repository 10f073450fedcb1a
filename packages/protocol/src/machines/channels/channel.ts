import { ProtocolError } from '../../errors.ts'
import {
  type Cell,
  goto,
  ignored,
  impossible,
  type NamedStep,
  on,
  stay,
  stepBy,
  type Table,
  type Transition,
} from '../table.ts'
import {
  asksAgain,
  closeOf,
  forgetsExpiredClose,
  hasLocks,
  isOwnClose,
  refusesWaitingClose,
  refusesWaitingCloseFrozen,
  signsWaitingClose,
  takesClose,
  takesCloseFrozen,
  takesCloseRefused,
  takesCloseSigned,
  warnRefused,
  withClose,
} from './channel-close.ts'
import type { ChannelContext, ChannelEffect, ChannelEvent } from './channel-events.ts'
import {
  type ChannelLife,
  type ClosingIntent,
  type CooperativeClose,
  noClose,
  type OpeningFailure,
  type PhaseOf,
  type StandingPhase,
} from './channel-phase.ts'
import { abandonDue, closingDue, idDue, isWaitingForPeer, openingDue } from './channel-times.ts'

type EventOf<Type extends ChannelEvent['type']> = Extract<ChannelEvent, { readonly type: Type }>
type ChannelTransition<Phase, Type extends ChannelEvent['type']> = Transition<
  Phase,
  EventOf<Type>,
  ChannelContext,
  ChannelLife,
  ChannelEffect
>
type ChannelCell<Phase, Type extends ChannelEvent['type']> = Cell<
  Phase,
  EventOf<Type>,
  ChannelContext,
  ChannelLife,
  ChannelEffect
>

const agreed = (now: bigint): ChannelLife => ({ type: 'open', since: now, close: noClose })
const failed = (now: bigint, reason: OpeningFailure): ChannelLife => ({ type: 'failed', since: now, reason })
const absent: ChannelLife = { type: 'absent' }

function closing(intent: ClosingIntent, now: bigint, close: CooperativeClose): ChannelLife {
  return { type: 'closing', since: now, intent, close }
}

const firmness: Readonly<Record<ClosingIntent, number>> = { cooperative: 0, auto: 1, unilateral: 2 }

/** A peer that proposes what stands did not get the answer. */
const agreesAgain: ChannelCell<StandingPhase, 'propose'> = [
  on('agrees again', (phase) => stay(phase, { type: 'sendAgree' })),
]

const rejectsSeenId: ChannelCell<PhaseOf<'proposed' | 'failed' | 'ended'>, 'propose'> = [
  on('rejects an id that it has seen', (phase, _, { channelId }) => {
    const { code, message } = new ProtocolError('ADD_ID_SEEN', { virtualId: channelId })
    return stay(phase, { type: 'sendReject', code, text: message })
  }),
]

const refusesCallUnlessOpen: ChannelCell<PhaseOf<'proposed' | 'failed'>, 'closeCall'> = [
  on('refuses the call', (phase) => {
    return stay(phase, { type: 'refuseCall', code: 'CHANNEL_NOT_OPEN', reason: phase.type })
  }),
]

const refusesToClose: ChannelCell<PhaseOf<'proposed' | 'failed' | 'ended'>, 'close'> = [
  on('refuses to close', (phase, { close }) => stay(phase, { type: 'refuseClose', close, code: 'CHANNEL_CLOSING' })),
]

const freezes: ChannelCell<PhaseOf<'open' | 'closing'>, 'dataLoss'> = [
  on('freezes', ({ close }, { code, text }, { now }) => goto({ type: 'frozen', since: now, code, text, close })),
]

const closesUnfollowed: ChannelTransition<PhaseOf<'open' | 'closing'>, 'unfollowed'> = on(
  'closes alone, since the peer does not follow the chain',
  ({ close }, { reason }, { now }) => {
    return goto(closing('unilateral', now, close), { type: 'warn', text: `closing alone: ${reason}` })
  },
)

const ends: ChannelTransition<StandingPhase, 'contextChanged'> = on('ends', (_phase, _event, { chain }) => {
  return chain.isOver && goto({ type: 'ended' }, { type: 'processLocks' })
})

const forgetsUnfunded: ChannelTransition<PhaseOf<'open' | 'frozen'>, 'contextChanged'> = on(
  'forgets a channel that nobody paid into',
  (phase, _, { nonce, now, lanes, chain, limits }) => {
    const isDue = lanes.isUnused && now >= abandonDue(phase, nonce, limits)
    return isDue && !chain.isStale && !chain.isFunded && goto(absent)
  },
)

/** Nothing was signed in it, not even its close: should somebody pay into it yet, it can be agreed to again. */
function isWorthNothing({ close }: PhaseOf<'open'>, { lanes, chain }: ChannelContext): boolean {
  return lanes.isUnused && close.type === 'none' && !chain.isStale && !chain.isFunded
}

const makesRoom: ChannelCell<PhaseOf<'open'>, 'evict'> = [
  on('makes room for another', (phase, _, context) => isWorthNothing(phase, context) && goto(absent)),
  ignored('it is worth its place'),
]

const forgetsOrFreezes: ChannelCell<PhaseOf<'open'>, 'dataLoss'> = [
  on('forgets what nothing can be lost of', (phase, _, context) => isWorthNothing(phase, context) && goto(absent)),
  ...freezes,
]

const keepsItsPlace = ignored('only a channel that is open and not paid into makes room')

const forgetsEnded: ChannelCell<PhaseOf<'ended'>, 'contextChanged'> = [
  on('forgets a channel whose id is too old to come back', (_, __, { now, nonce, limits, holdsVirtuals }) => {
    return now >= idDue(nonce, limits) && !holdsVirtuals && goto(absent)
  }),
  ignored('its id could come back, or what it says of a lock still counts'),
]

const forgetsFailure: ChannelCell<PhaseOf<'failed'>, 'contextChanged'> = [
  on('forgets a failure that nobody asked for', ({ since }, _, { now, limits }) => {
    return now >= openingDue(since, limits) && goto(absent)
  }),
  ignored('the call that opened it may still ask'),
]

/** What is due while a channel closes, after what is due in every channel that stands. */
const followsIntent: ChannelCell<PhaseOf<'closing'>, 'contextChanged'> = [
  on('keeps the channel that the peer did not close in time', (phase, _, { now, chain, limits }) => {
    if (phase.intent !== 'cooperative' || chain.state !== 'live' || !isWaitingForPeer(phase)) return false
    const open: ChannelLife = { type: 'open', since: now, close: phase.close }
    return now >= closingDue(phase.since, limits) && goto(open, { type: 'warn', text: 'peer did not close in time' })
  }),
  on('closes alone, since the peer did not in time', (phase, _, { now, chain, limits }) => {
    if (chain.state !== 'live' || !isWaitingForPeer(phase) || now < closingDue(phase.since, limits)) return false
    return goto(closing('unilateral', now, phase.close), {
      type: 'warn',
      text: 'peer did not close in time: closing alone',
    })
  }),
  on('has the virtual channels closed', (phase, _, context) => {
    const isWanted = phase.intent !== 'unilateral' && context.chain.state === 'live' && hasLocks(context)
    return isWanted && stay(phase, { type: 'closeLocks' })
  }),
  on('signs a close', (phase, _, context) => {
    const { chain, lanes, isConnected } = context
    const isWanted = phase.intent !== 'unilateral' && phase.close.type === 'none' && chain.state === 'live'
    if (!isWanted || !isConnected || !lanes.isQuiet) return false
    const close = closeOf(context)
    return withClose(phase, { type: 'signed', close }, { type: 'signClose', close })
  }),
  ignored('it waits for the peer or for the chain'),
]

/** What an event does to a channel, by its phase. One row a phase, one cell an event. */
export const channelTable: Table<ChannelLife, ChannelEvent, ChannelContext, ChannelEffect> = {
  absent: {
    openCall: [
      on('proposes', (_phase, _event, { now }) => goto({ type: 'proposed', since: now }, { type: 'sendPropose' })),
    ],
    propose: [
      on('rejects', (phase, { refusal }) => refusal !== undefined && stay(phase, { type: 'sendReject', ...refusal })),
      on('agrees', (_phase, _event, { now }) => goto(agreed(now), { type: 'sendAgree' })),
    ],
    agree: [ignored('it is of no proposal that waits')],
    reject: [ignored('it is of no proposal that waits')],
    failureReported: [ignored('it is forgotten already')],
    closeCall: [impossible('calls that name an unknown channel are refused before')],
    close: [impossible('messages about an unknown channel are refused before')],
    closeSigned: [impossible('messages about an unknown channel are refused before')],
    closeRefused: [impossible('messages about an unknown channel are refused before')],
    dataLoss: [impossible('it is given to channels that are there')],
    unfollowed: [impossible('no lock is in a channel that is not there')],
    evict: [ignored('it takes no place')],
    contextChanged: [ignored('there is nothing to look after')],
  },
  proposed: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: rejectsSeenId,
    agree: [on('is agreed to', (_phase, _event, { now }) => goto(agreed(now)))],
    reject: [
      on('is rejected', (_, { code, text }, { now }) => {
        return goto(failed(now, { type: 'rejected', code, text }), { type: 'dropDeposits' })
      }),
    ],
    failureReported: [impossible('it has not failed')],
    closeCall: refusesCallUnlessOpen,
    close: refusesToClose,
    closeSigned: [ignored('nothing was signed here')],
    closeRefused: [ignored('nothing was signed here')],
    dataLoss: [ignored('nothing was signed here: the peer answers, or the proposal fails')],
    unfollowed: [impossible('no lock is in a channel before it is agreed to')],
    evict: [keepsItsPlace],
    contextChanged: [
      on('is given up', ({ since }, _, { now, limits }) => {
        return now >= openingDue(since, limits) && goto(failed(now, { type: 'unanswered' }), { type: 'dropDeposits' })
      }),
      ignored('the peer has time to answer'),
    ],
  },
  failed: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: rejectsSeenId,
    agree: [ignored('the proposal was given up')],
    reject: [ignored('the proposal was given up')],
    failureReported: [on('forgets the failure', () => goto(absent))],
    closeCall: refusesCallUnlessOpen,
    close: refusesToClose,
    closeSigned: [ignored('nothing was signed here')],
    closeRefused: [ignored('nothing was signed here')],
    dataLoss: [ignored('nothing was signed here')],
    unfollowed: [impossible('no lock is in a channel that was never agreed to')],
    evict: [keepsItsPlace],
    contextChanged: forgetsFailure,
  },
  open: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: agreesAgain,
    agree: [ignored('it is agreed to already')],
    reject: [ignored('what was agreed to stands')],
    failureReported: [impossible('it has not failed')],
    closeCall: [
      on('closes', (phase, { intent }, { now }) => {
        if (intent === 'unilateral') return goto(closing(intent, now, phase.close))
        const { close, effects } = asksAgain(phase, now)
        return goto(closing(intent, now, close), ...effects)
      }),
    ],
    close: takesClose,
    closeSigned: takesCloseSigned,
    closeRefused: takesCloseRefused,
    dataLoss: forgetsOrFreezes,
    unfollowed: [closesUnfollowed],
    evict: makesRoom,
    contextChanged: [
      ends,
      forgetsUnfunded,
      forgetsExpiredClose,
      refusesWaitingClose,
      signsWaitingClose,
      ignored('nothing is due'),
    ],
  },
  closing: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: agreesAgain,
    agree: [ignored('it is agreed to already')],
    reject: [ignored('what was agreed to stands')],
    failureReported: [impossible('it has not failed')],
    closeCall: [
      on('closes alone, since it is asked to', ({ intent, close }, event, { now }) => {
        return intent !== 'unilateral' && event.intent === 'unilateral' && goto(closing('unilateral', now, close))
      }),
      on('closes more firmly', (phase, { intent }, { now }) => {
        if (firmness[intent] <= firmness[phase.intent]) return false
        const { close, effects } = asksAgain(phase, now)
        return goto(closing(intent, now, close), ...effects)
      }),
      on('asks again for the close', (phase, _, { now }) => {
        if (phase.intent === 'unilateral' || phase.close.type !== 'refused') return false
        const { close, effects } = asksAgain(phase, now)
        return withClose(phase, close, ...effects)
      }),
      ignored('it is closing as firmly already'),
    ],
    close: takesClose,
    closeSigned: takesCloseSigned,
    closeRefused: [
      on('keeps the channel that the peer refuses to close', (phase, { close, code }, { now }) => {
        if (phase.intent !== 'cooperative' || !isOwnClose(phase, close)) return false
        const open: ChannelLife = { type: 'open', since: now, close: { type: 'refused', close, code } }
        return goto(open, warnRefused(code))
      }),
      ...takesCloseRefused,
    ],
    dataLoss: freezes,
    unfollowed: [
      on(closesUnfollowed.name, (phase, event, context) => {
        return phase.intent !== 'unilateral' && closesUnfollowed.step(phase, event, context)
      }),
      ignored('it is closing alone already'),
    ],
    evict: [keepsItsPlace],
    contextChanged: [ends, forgetsExpiredClose, refusesWaitingClose, signsWaitingClose, ...followsIntent],
  },
  frozen: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: agreesAgain,
    agree: [ignored('it is agreed to already')],
    reject: [ignored('what was agreed to stands')],
    failureReported: [impossible('it has not failed')],
    closeCall: [
      on('refuses to close with the peer', (phase, { intent }) => {
        return (
          intent === 'cooperative' && stay(phase, { type: 'refuseCall', code: 'CLOSE_REFUSED', reason: phase.code })
        )
      }),
      ignored('it is being closed on chain already'),
    ],
    close: takesCloseFrozen,
    closeSigned: takesCloseSigned,
    closeRefused: takesCloseRefused,
    dataLoss: [ignored('it is frozen already')],
    unfollowed: [ignored('it is being closed on chain already')],
    evict: [keepsItsPlace],
    contextChanged: [
      ends,
      forgetsUnfunded,
      forgetsExpiredClose,
      refusesWaitingCloseFrozen,
      ignored('it is being closed on chain'),
    ],
  },
  ended: {
    openCall: [impossible('the nonce of every proposal is new')],
    propose: rejectsSeenId,
    agree: [ignored('it is over')],
    reject: [ignored('it is over')],
    failureReported: [impossible('it has not failed')],
    closeCall: [ignored('it is over')],
    close: refusesToClose,
    closeSigned: [ignored('it is over')],
    closeRefused: [ignored('it is over')],
    dataLoss: [ignored('it is over')],
    unfollowed: [ignored('it is over')],
    evict: [keepsItsPlace],
    contextChanged: forgetsEnded,
  },
}

/**
 * What an event means for a channel: the phase after it and what is to be done.
 *
 * @throws RangeError for an event that the table calls impossible in this phase.
 */
export function stepChannel(
  phase: ChannelLife,
  event: ChannelEvent,
  context: ChannelContext,
): NamedStep<ChannelLife, ChannelEffect> {
  return stepBy(channelTable, phase, event, context)
}
