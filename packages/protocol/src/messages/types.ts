import type { Countersignature } from '../lane/countersign.ts'
import type { LaneUpdate } from '../lane/operation.ts'
import type { Address, Hex, Id } from '../primitives/hex.ts'
import type { ChannelTerms, LaneIndex, VirtualTerms } from '../terms/terms.ts'
import type { Close, SignedVoucher, Withdrawal } from '../terms/voucher.ts'

/**
 * Why something was refused, as its sender's stable error code: `A` to `Z`, digits and `_`, at most 64 characters.
 * A receiver does not have to know it, so that a newer peer can give a finer reason.
 */
export type ReasonCode = string

/** The other side's answer about something that both must sign. */
export type Answer =
  | { readonly type: 'signed'; readonly signature: Hex }
  | { readonly type: 'refused'; readonly code: ReasonCode }

/** Asks the peer to agree to a channel. Nothing is owed by agreeing; money moves in only by a deposit on chain. */
export interface ProposeMessage {
  readonly type: 'propose'
  readonly terms: ChannelTerms
}

export interface AgreeMessage {
  readonly type: 'agree'
  readonly channelId: Id
}

/** `text`: one line for the human, at most 256 printable ASCII characters, possibly empty. */
export interface RejectMessage {
  readonly type: 'reject'
  readonly channelId: Id
  readonly code: ReasonCode
  readonly text: string
}

/**
 * A signed lane voucher with what leads to it. `countersignature`: the sender's, on the newest voucher of the OTHER lane
 * that its income rests on; it travels with the first update or withdrawal that spends it.
 */
export interface UpdateMessage {
  readonly type: 'update'
  readonly update: LaneUpdate
  readonly countersignature?: Countersignature
}

/** All updates of the lane up to this seq are durably accepted (those refused before excepted). */
export interface AcceptedMessage {
  readonly type: 'accepted'
  readonly channelId: Id
  readonly lane: LaneIndex
  readonly seq: bigint
}

/** The update `seq` and all built on it are never accepted. `newest`: the newest seq accepted (0: none), on which the payer builds next. */
export interface RefuseMessage {
  readonly type: 'refuse'
  readonly channelId: Id
  readonly lane: LaneIndex
  readonly seq: bigint
  readonly newest: bigint
  readonly code: ReasonCode
}

/** The lane receiver's own signature on the lane's voucher `seq`. */
export interface CountersignMessage {
  readonly type: 'countersign'
  readonly channelId: Id
  readonly lane: LaneIndex
  readonly seq: bigint
  readonly signature: Hex
}

/** The lane's payer asks for a countersignature on the newest voucher. */
export interface CountersignRequestMessage {
  readonly type: 'countersignRequest'
  readonly channelId: Id
  readonly lane: LaneIndex
}

/**
 * An accepted add that cannot be forwarded: the lane's payer folds it at 0. `returned`: base units of the add's fees that come
 * back on the other lane: the decliner's own part plus what the next hop returned to it.
 */
export interface DeclineMessage {
  readonly type: 'decline'
  readonly virtualId: Id
  readonly code: ReasonCode
  readonly returned: bigint
}

/**
 * The lane's payer lets a virtual channel live longer. `until`: Unix second until which the hop between the two lets it live; all hops end later by as
 * much. `fees`: what the receiver and each intermediary behind it may keep, base units, in order; the sender has paid their sum by a `pay` before.
 */
export interface ProlongMessage {
  readonly type: 'prolong'
  readonly virtualId: Id
  readonly until: bigint
  readonly fees: readonly bigint[]
}

/** A hop is not prolonged to `until`: what stood before stands. `returned`: as in {@link DeclineMessage}. */
export interface ProlongDeclineMessage {
  readonly type: 'prolongDecline'
  readonly virtualId: Id
  readonly until: bigint
  readonly code: ReasonCode
  readonly returned: bigint
}

/** Any member of the path asks, towards the payee, that the virtual channel be closed. */
export interface RequestCloseMessage {
  readonly type: 'requestClose'
  readonly virtualId: Id
}

/** The lane's receiver asks its payer to fold the lock at this voucher's value (ticks included); at 0 without one. */
export interface ClaimMessage {
  readonly type: 'claim'
  readonly virtualId: Id
  readonly voucher?: SignedVoucher
}

/** A cooperative close with the sender's signature. */
export interface CloseMessage {
  readonly type: 'close'
  readonly close: Close
  readonly signature: Hex
}

/** Repeats the close that it answers. */
export interface CloseAnswerMessage {
  readonly type: 'closeAnswer'
  readonly close: Close
  readonly answer: Answer
}

/** A withdrawal with the sender's signature. `countersignature`: as with {@link UpdateMessage}. */
export interface WithdrawMessage {
  readonly type: 'withdraw'
  readonly withdrawal: Withdrawal
  readonly signature: Hex
  readonly countersignature?: Countersignature
}

/** Repeats the withdrawal that it answers. */
export interface WithdrawAnswerMessage {
  readonly type: 'withdrawAnswer'
  readonly withdrawal: Withdrawal
  readonly answer: Answer
}

/** A payment. `terms` come with the first vouchers, until the payee has answered. */
export interface VoucherMessage {
  readonly type: 'voucher'
  readonly terms?: VirtualTerms
  readonly signed: SignedVoucher
}

/** `amount`: the cumulative value that the payee durably accepted, revealed ticks included. */
export interface VoucherAcceptedMessage {
  readonly type: 'voucherAccepted'
  readonly virtualId: Id
  readonly amount: bigint
}

/** `amount`: the cumulative value of the voucher that is refused. */
export interface VoucherRefusedMessage {
  readonly type: 'voucherRefused'
  readonly virtualId: Id
  readonly amount: bigint
  readonly code: ReasonCode
}

/** A payment by one hash: keccak^index(preimage) = anchor, which the newest voucher commits to. */
export interface TickMessage {
  readonly type: 'tick'
  readonly virtualId: Id
  readonly anchor: Hex
  readonly index: number
  readonly preimage: Hex
}

/** The least capacity of a virtual channel in a token, base units. */
export interface CapacityLimit {
  readonly token: Address
  readonly least: bigint
}

/**
 * What the speaker takes now, so that nobody locks for it what it would decline. After each hello and at each change; it binds nobody. Names and
 * units are those of the policy's limits.
 */
export interface PolicyMessage {
  readonly type: '_policy'
  /** Whether the speaker locks on for others, and if so at which fees and with which time between its two hops. */
  readonly forwarding?: HubPolicy
  /** Locks in the lane that the speaker receives. */
  readonly locksMax: number
  /** By token, those of the two ends' channels at least; at most 16. */
  readonly capacities: readonly CapacityLimit[]
  readonly nonceAgeMax: number
  readonly virtualWindowMin: number
  readonly virtualWindowMax: number
  readonly lifetimeMin: number
  readonly lifetimeMax: number
}

/** What a hub asks of an add that it is to forward. */
export interface HubPolicy {
  readonly feeBase: bigint
  readonly feePartsPerMillion: number
  readonly feePerHour: number
  readonly feeHold: number
  readonly feeWindow: number
  readonly hopMargin: number
}

/** Numbered, stored in the outbox by the commit that caused it, and sent again until acknowledged. */
export type ReliableMessage =
  | ProposeMessage
  | AgreeMessage
  | RejectMessage
  | UpdateMessage
  | AcceptedMessage
  | RefuseMessage
  | CountersignMessage
  | CountersignRequestMessage
  | DeclineMessage
  | ProlongMessage
  | ProlongDeclineMessage
  | RequestCloseMessage
  | ClaimMessage
  | CloseMessage
  | CloseAnswerMessage
  | WithdrawMessage
  | WithdrawAnswerMessage

/** Neither numbered nor repeated by the outbox: a later one of its kind makes up for a lost one. */
export type VolatileMessage =
  | VoucherMessage
  | VoucherAcceptedMessage
  | VoucherRefusedMessage
  | TickMessage
  | PolicyMessage

/** Everything that two parties say to each other about channels. */
export type PeerMessage = ReliableMessage | VolatileMessage

/** The newest seqs that one side knows of a channel, 0 for none. "Own lane": the one the speaker pays on. */
export interface ChannelStanding {
  readonly channelId: Id
  /** Newest voucher signed on the own lane. */
  readonly sent: bigint
  /** Newest voucher accepted on the other lane. */
  readonly received: bigint
  /** Newest voucher of the other lane that the speaker countersigned. */
  readonly countersigned: bigint
  /** Newest voucher of the own lane whose countersignature the speaker holds. */
  readonly held: bigint
}

/** First frame of a session, both ways. Data frames are numbered from 1 for each pair of signers and direction, across sessions. */
export interface HelloFrame {
  readonly kind: 'hello'
  /** Number of the next data frame that the speaker expects; all below are durably received. */
  readonly next: bigint
  /** Lowest number that the speaker still keeps to send again; its next new number if it keeps none. */
  readonly oldest: bigint
  /** Where the speaker wants its money on chain in channels that are proposed from now on. */
  readonly account: Address
  /** What the speaker can do beyond the base, see `Feature`: ascending, each number once; at most 64. */
  readonly features: readonly number[]
  /** In ascending order of the id, each once; at most 1024. */
  readonly channels: readonly ChannelStanding[]
}

export interface DataFrame {
  readonly kind: 'data'
  readonly number: bigint
  readonly message: ReliableMessage
}

/** All data frames up to and including `number` are durably received. */
export interface AckFrame {
  readonly kind: 'ack'
  readonly number: bigint
}

export interface VolatileFrame {
  readonly kind: 'volatile'
  readonly message: VolatileMessage
}

/**
 * A frame, or the message in it, of a kind that this code does not know and that its sender lets be ignored: it has no effect.
 * `number`: of a data frame, which is taken and acknowledged as any other.
 */
export interface IgnoredFrame {
  readonly kind: 'ignored'
  /** The unknown name. */
  readonly name: string
  readonly number?: bigint
}

/** What travels in one authenticated unit of a session. */
export type Frame = HelloFrame | DataFrame | AckFrame | VolatileFrame
