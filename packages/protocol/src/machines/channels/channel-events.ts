import type { LaneState } from '../../lane/state.ts'
import type { Hex, Id } from '../../primitives/hex.ts'
import type { Close } from '../../terms/voucher.ts'
import type { ClosingIntent } from './channel-phase.ts'

/** Why a peer's request is not granted: an error's code, and its message. */
export interface Refusal {
  readonly code: string
  readonly text: string
}

/** What can happen to a channel. Signatures in messages are checked before. */
export type ChannelEvent =
  /** The app opens a channel of new terms. */
  | { readonly type: 'openCall' }
  /** The peer proposes it. `refusal`: what policy and rules object to. */
  | { readonly type: 'propose'; readonly refusal: Refusal | undefined }
  | { readonly type: 'agree' }
  | ({ readonly type: 'reject' } & Refusal)
  /** The call that opened it reported why it failed. */
  | { readonly type: 'failureReported' }
  /** The app closes it. */
  | { readonly type: 'closeCall'; readonly intent: ClosingIntent }
  /** The peer signed a cooperative close. */
  | { readonly type: 'close'; readonly close: Close; readonly peerSignature: Hex }
  | { readonly type: 'closeSigned'; readonly close: Close; readonly peerSignature: Hex }
  | { readonly type: 'closeRefused'; readonly close: Close; readonly code: string }
  /** By the numbers of their messages, one side lost data. */
  | { readonly type: 'dataLoss'; readonly code: string; readonly text: string }
  /** The peer does not do what the chain decided about a virtual channel. */
  | { readonly type: 'unfollowed'; readonly reason: string }
  /** Its place is needed by another: nobody has paid into it yet. */
  | { readonly type: 'evict' }
  /** Something of the context may have changed: time passed, a block or a final block came, a session stands, a lane moved. What is due is done. */
  | { readonly type: 'contextChanged' }

/** What the chain says of a channel. */
export interface ChannelChainContext {
  /** By the newest block. */
  readonly state: 'live' | 'closing' | 'ended'
  /** A final block leaves nothing of this side's in it. */
  readonly isOver: boolean
  /** Somebody paid into the channel what is worth keeping it for, by any block, or a deposit of this side is on its way. */
  readonly isFunded: boolean
  /** The newest block is too old to say what is not there. */
  readonly isStale: boolean
}

/** What both lanes say, by what is newest here, unsigned drafts included. */
export interface ChannelLanesContext {
  /** Of the lanes on which a and b pay. */
  readonly states: readonly [LaneState, LaneState]
  /** Nothing of this side's own lane is under way: what it signed last is what the peer holds. */
  readonly isQuiet: boolean
  /** Nothing was ever signed in either. */
  readonly isUnused: boolean
}

/** The limits that a channel's life is held against; see the engine's policy. Seconds, but for `nonceAgeMax` in minutes. */
export interface ChannelLimits {
  readonly proposalTimeout: number
  readonly fundingTimeout: number
  readonly closeTimeout: number
  readonly deadlineDefault: number
  readonly deadlineMax: number
  readonly nonceAgeMax: number
  readonly chainLag: number
}

/** All that a channel's machine knows beside phase and event. */
export interface ChannelContext {
  readonly channelId: Id
  readonly nonce: bigint
  /** Unix seconds. */
  readonly now: bigint
  /** Unix seconds of the newest final block. */
  readonly finalTime: bigint
  /** Whether a session with the peer stands. */
  readonly isConnected: boolean
  readonly lanes: ChannelLanesContext
  readonly chain: ChannelChainContext
  /**
   * A virtual channel that is not over has, or had, its lock in it. What was signed of an outgoing lock decides what its incoming one must
   * bring: forgotten, it would count as taken out.
   */
  readonly holdsVirtuals: boolean
  readonly limits: ChannelLimits
}

/** What is to be done. All of it leaves only after the commit that holds the phase. */
export type ChannelEffect =
  | { readonly type: 'sendPropose' }
  | { readonly type: 'sendAgree' }
  | ({ readonly type: 'sendReject' } & Refusal)
  /** Sign the close and send it. */
  | { readonly type: 'signClose'; readonly close: Close }
  /** Sign the peer's close and send the signature. */
  | { readonly type: 'signCloseAnswer'; readonly close: Close }
  | { readonly type: 'refuseClose'; readonly close: Close; readonly code: string }
  /** The call that gave the event fails. */
  | { readonly type: 'refuseCall'; readonly code: 'CHANNEL_NOT_OPEN' | 'CLOSE_REFUSED'; readonly reason: string }
  /** Forget the deposits that wait for the channel to be agreed to. */
  | { readonly type: 'dropDeposits' }
  /** Begin to close the virtual channels with a lock here. */
  | { readonly type: 'closeLocks' }
  /** Let the virtual channels with a lock here see that the channel is over. */
  | { readonly type: 'processLocks' }
  | { readonly type: 'warn'; readonly text: string }
