import type { Hex } from '../../primitives/hex.ts'
import { closeBinds } from '../../rules/close.ts'
import type { Close } from '../../terms/voucher.ts'

/** A cooperative close that this side signed. Its signature is made again when it is needed, so it is not kept. */
export interface OwnClose {
  readonly close: Close
}

/**
 * How far a cooperative close has come. `requested`: the peer signed, this side not yet. `signed`: this side signed, the peer not yet.
 * `refused`: this side signed, and the peer said no. `agreed`: both signed.
 */
export type CooperativeClose =
  | { readonly type: 'none' }
  | { readonly type: 'requested'; readonly close: Close; readonly peerSignature: Hex }
  | ({ readonly type: 'signed' } & OwnClose)
  | ({ readonly type: 'refused'; readonly code: string } & OwnClose)
  | ({ readonly type: 'agreed'; readonly peerSignature: Hex } & OwnClose)

/** How a channel is to be closed: `cooperative` with the peer or not at all, `auto` with the peer and alone if it does not follow, `unilateral` alone at once. */
export type ClosingIntent = 'cooperative' | 'auto' | 'unilateral'

/** Why a channel that this side proposed never came to be. */
export type OpeningFailure =
  | { readonly type: 'rejected'; readonly code: string; readonly text: string }
  | { readonly type: 'unanswered' }

/**
 * Where a channel stands by what its two sides said to each other. What the chain says of it is no phase, since a block can be reorged out: it
 * is context. `since`: Unix second at which the phase began, or the intent last changed.
 */
export type ChannelPhase =
  /** This side proposed it and waits for the answer. */
  | { readonly type: 'proposed'; readonly since: bigint }
  /** The peer rejected it or did not answer. Kept for a while, for the call that reports it. */
  | { readonly type: 'failed'; readonly since: bigint; readonly reason: OpeningFailure }
  /** Both agreed; lanes move. */
  | { readonly type: 'open'; readonly since: bigint; readonly close: CooperativeClose }
  /** This side wants it closed: it takes no new lock. */
  | {
      readonly type: 'closing'
      readonly since: bigint
      readonly intent: ClosingIntent
      readonly close: CooperativeClose
    }
  /** One side lost data: nothing is signed or accepted any more, and this side closes it on chain. */
  | {
      readonly type: 'frozen'
      readonly since: bigint
      readonly code: string
      readonly text: string
      readonly close: CooperativeClose
    }
  /** A final block leaves nothing of this side's in it. */
  | { readonly type: 'ended' }

/** A channel's phase, or that there is no record of it. */
export type ChannelLife = ChannelPhase | { readonly type: 'absent' }

/** The phases of some names. */
export type PhaseOf<Type extends ChannelLife['type']> = Extract<ChannelLife, { readonly type: Type }>

/** A channel that both agreed to and that is not over. */
export type StandingPhase = PhaseOf<'open' | 'closing' | 'frozen'>

export const noClose: CooperativeClose = { type: 'none' }

/** Whether both agreed to the channel and it is not over. */
export function isStanding(phase: ChannelLife): phase is StandingPhase {
  return phase.type === 'open' || phase.type === 'closing' || phase.type === 'frozen'
}

/** Whether the channel counts as one that is there: it is proposed or it stands. */
export function isLiveChannel(phase: ChannelLife): boolean {
  return phase.type === 'proposed' || isStanding(phase)
}

/** Whether this side closes the channel alone, whatever the peer does. */
export function closesAlone(phase: ChannelLife): boolean {
  return phase.type === 'frozen' || (phase.type === 'closing' && phase.intent === 'unilateral')
}

/** How far a cooperative close has come in any phase. */
export function cooperativeClose(phase: ChannelLife): CooperativeClose {
  return isStanding(phase) ? phase.close : noClose
}

/** The close that this side signed and that still binds it, by the time of the newest final block. */
export function bindingClose(phase: ChannelLife, finalTime: bigint): OwnClose | undefined {
  const close = cooperativeClose(phase)
  if (close.type === 'none' || close.type === 'requested') return undefined
  return closeBinds(close.close, finalTime) ? close : undefined
}
