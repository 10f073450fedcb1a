import { SluiceError } from '../../errors.ts'
import {
  checkCloseAmount,
  checkDeadline,
  checkNoLocks,
  closeBinds,
  laneBalance,
  sameEffect,
} from '../../rules/close.ts'
import type { Close } from '../../terms/voucher.ts'
import { type Cell, ignored, on, type Step, stay, type Transition } from '../table.ts'
import type { ChannelContext, ChannelEffect, ChannelEvent } from './channel-events.ts'
import {
  bindingClose,
  type ChannelLife,
  type CooperativeClose,
  noClose,
  type OwnClose,
  type PhaseOf,
  type StandingPhase,
} from './channel-phase.ts'

type EventOf<Type extends ChannelEvent['type']> = Extract<ChannelEvent, { readonly type: Type }>
type CloseCell<Type extends ChannelEvent['type'], Phase = StandingPhase> = Cell<
  Phase,
  EventOf<Type>,
  ChannelContext,
  ChannelLife,
  ChannelEffect
>

/** The code with which a rule refuses; undefined if it does not. */
export function refusalCode(rule: () => void): string | undefined {
  try {
    rule()
    return undefined
  } catch (error) {
    if (error instanceof SluiceError) return error.code
    throw error
  }
}

/** Whether a lock is in either lane. */
export function hasLocks({ lanes }: ChannelContext): boolean {
  return lanes.states.some(({ locks }) => locks.size > 0)
}

function paidOf({ lanes }: ChannelContext): readonly [bigint, bigint] {
  const [byA, byB] = lanes.states
  return [byA.paid, byB.paid]
}

/** The close that this side would sign now: what both lanes come to. */
export function closeOf(context: ChannelContext): Close {
  const { channelId, now, limits } = context
  return { channelId, ...laneBalance(paidOf(context)), deadline: now + BigInt(limits.deadlineDefault) }
}

/** Why this side does not sign the peer's close now; undefined if it does. */
function objection(close: Close, context: ChannelContext): string | undefined {
  const { channelId, chain, lanes } = context
  if (chain.state !== 'live') return 'CHANNEL_CLOSING'
  // Who has signed one has to keep it until it expires: not for a channel that costs its peer nothing.
  if (lanes.isUnused && !chain.isFunded) return 'CHANNEL_NOT_FUNDED'
  return (
    deadlineObjection(close, context) ??
    refusalCode(() => checkNoLocks(channelId, lanes.states)) ??
    refusalCode(() => checkCloseAmount(close, paidOf(context)))
  )
}

function deadlineObjection({ deadline }: Close, { now, limits }: ChannelContext): string | undefined {
  return refusalCode(() => checkDeadline(deadline, now, { min: 0, max: limits.deadlineMax }))
}

/** The same phase with its cooperative close further on. */
export function withClose(
  phase: StandingPhase,
  close: CooperativeClose,
  ...effects: readonly ChannelEffect[]
): Step<ChannelLife, ChannelEffect> {
  return stay({ ...phase, close }, ...effects)
}

const refuse = (close: Close, code: string): ChannelEffect => ({ type: 'refuseClose', close, code })

function refuseUnlessSignable(phase: StandingPhase, close: Close, context: ChannelContext) {
  const code = objection(close, context)
  return code !== undefined && withClose(phase, noClose, refuse(close, code))
}

const agree = (phase: StandingPhase, { close, peerSignature }: Pick<EventOf<'close'>, 'close' | 'peerSignature'>) =>
  withClose(phase, { type: 'agreed', close, peerSignature }, { type: 'signCloseAnswer', close })

/**
 * The peer's close while one binds that this side signed: it signs the same effect alone. Of several that it signed the one with the later
 * deadline is kept, since any of them can be executed until the last deadline has passed.
 */
const takesCloseWhileBound: readonly Transition<
  StandingPhase,
  EventOf<'close'>,
  ChannelContext,
  ChannelLife,
  ChannelEffect
>[] = [
  on('refuses a close that differs from the signed one', (phase, { close }, { finalTime }) => {
    const bound = bindingClose(phase, finalTime)
    return bound !== undefined && !sameEffect(bound.close, close) && stay(phase, refuse(close, 'CLOSE_DIFFERS'))
  }),
  on('refuses the deadline of a close like the signed one', (phase, { close }, context) => {
    const code = bindingClose(phase, context.finalTime) && deadlineObjection(close, context)
    return code !== undefined && stay(phase, refuse(close, code))
  }),
  on('signs a close like the signed one and keeps that', (phase, { close }, { finalTime }) => {
    const bound = bindingClose(phase, finalTime)
    const isSooner = bound !== undefined && close.deadline < bound.close.deadline
    return isSooner && stay(phase, { type: 'signCloseAnswer', close })
  }),
  on('signs a close like the signed one and keeps the later', (phase, event, { finalTime }) => {
    return bindingClose(phase, finalTime) !== undefined && agree(phase, event)
  }),
]

/** The peer's close in a channel whose lanes move. */
export const takesClose: CloseCell<'close', PhaseOf<'open' | 'closing'>> = [
  ...takesCloseWhileBound,
  on('notes the close until its own lane is quiet', (phase, { close, peerSignature }, { lanes }) => {
    return !lanes.isQuiet && withClose(phase, { type: 'requested', close, peerSignature })
  }),
  on('refuses the close', (phase, { close }, context) => refuseUnlessSignable(phase, close, context)),
  on('signs the close', agree),
]

/** The peer's close in a frozen channel, where nothing new is signed. */
export const takesCloseFrozen: CloseCell<'close', PhaseOf<'frozen'>> = [
  ...takesCloseWhileBound,
  on('refuses the close', (phase, { close }) => withClose(phase, noClose, refuse(close, 'CHANNEL_CLOSING'))),
]

function ownClose({ close }: StandingPhase, answered: Close): OwnClose | undefined {
  if (close.type !== 'signed' && close.type !== 'refused') return undefined
  return sameEffect(close.close, answered) && close.close.deadline === answered.deadline ? close : undefined
}

/** The peer's signature under the close that this side signed. */
export const takesCloseSigned: CloseCell<'closeSigned'> = [
  on('has both signatures', (phase, { close, peerSignature }) => {
    return ownClose(phase, close) !== undefined && withClose(phase, { type: 'agreed', close, peerSignature })
  }),
  ignored('it is of no close that waits for the peer'),
]

/** The peer's refusal of the close that this side signed: this side stays bound until the deadline has passed. */
export const takesCloseRefused: CloseCell<'closeRefused'> = [
  on('is refused the close', (phase, { close, code }) => {
    return ownClose(phase, close) !== undefined && withClose(phase, { type: 'refused', close, code }, warnRefused(code))
  }),
  ignored('it is of no close that waits for the peer'),
]

export const warnRefused = (code: string): ChannelEffect => ({ type: 'warn', text: `peer refuses to close: ${code}` })

/** Whether the close is one that waits for the peer's answer here. */
export function isOwnClose(phase: StandingPhase, close: Close): boolean {
  return ownClose(phase, close) !== undefined
}

type DueTransition = Transition<StandingPhase, EventOf<'contextChanged'>, ChannelContext, ChannelLife, ChannelEffect>

/** A close that can no longer be executed, or asked for, is forgotten: a final block is past its deadline. */
export const forgetsExpiredClose: DueTransition = on(
  'forgets the close that has expired',
  (phase, _, { finalTime }) => {
    const { close } = phase
    return close.type !== 'none' && !closeBinds(close.close, finalTime) && withClose(phase, noClose)
  },
)

/** The peer's close that waited is answered once the own lane is quiet. */
export const refusesWaitingClose: DueTransition = on('refuses the close that waited', (phase, _, context) => {
  const { close } = phase
  return close.type === 'requested' && context.lanes.isQuiet && refuseUnlessSignable(phase, close.close, context)
})

/** A frozen channel signs nothing new: a close that waited is refused. */
export const refusesWaitingCloseFrozen: DueTransition = on('refuses the close that waited', (phase) => {
  const { close } = phase
  return close.type === 'requested' && withClose(phase, noClose, refuse(close.close, 'CHANNEL_CLOSING'))
})

export const signsWaitingClose: DueTransition = on('signs the close that waited', (phase, _, { lanes }) => {
  return phase.close.type === 'requested' && lanes.isQuiet && agree(phase, phase.close)
})

/** A close that the peer refused is asked for again: it is signed already, so nothing more is risked. */
export function asksAgain(
  phase: PhaseOf<'open' | 'closing'>,
  now: bigint,
): { readonly close: CooperativeClose; readonly effects: readonly ChannelEffect[] } {
  const { close: refused } = phase
  if (refused.type !== 'refused') return { close: refused, effects: [] }
  const { close } = refused
  return { close: { type: 'signed', close }, effects: now < close.deadline ? [{ type: 'signClose', close }] : [] }
}
