import type {
  Address,
  ChannelRecord,
  Feature,
  FeeSchedule,
  Id,
  PolicyMessage,
  ReliableMessage,
  SignedVoucher,
  VirtualRecord,
  VirtualTerms,
  VolatileMessage,
} from '@sluice/protocol'
import type { ChainReader } from './chain-view.ts'
import type { Environment } from './environment.ts'
import type { LockKeeper } from './locks/lock-keeper.ts'
import type { ConnectOptions } from './transport.ts'
import type { Notification } from './views.ts'

/** The records of one kind within a transaction, its changes included. Records are immutable: `set` replaces one. */
export interface Table<K extends string, R> {
  get(key: K): R | undefined
  /** Undefined removes the record. */
  set(key: K, record: R | undefined): void
  /** How many records there are. */
  readonly size: number
  /** All records. Costs as much as there is: what an event looks at is found by index. */
  entries(): IterableIterator<readonly [K, R]>
}

/** A payment that a payee was offered and has not checked, or whose lock has not arrived. Only in memory: the payer repeats it. */
export interface Offer {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly signed: SignedVoucher
  /** Unix second of its arrival. */
  readonly since: bigint
  /** While its lock has not arrived: the neighbour by whom it is to come. */
  readonly from?: Address
}

/** What a payee said that it durably holds. Only in memory: it says so again in each session. */
export interface Acknowledged {
  readonly virtualId: Id
  /** Cumulative base units. */
  readonly amount: bigint
}

/** What was forwarded for a channel's peer, as of a Unix second; counts in thousandths. */
export interface Standing {
  readonly channelId: Id
  readonly earned: bigint
  readonly inTime: bigint
  readonly late: bigint
  /** What it left unfolded of what was folded for it, base units. */
  readonly left: bigint
  readonly at: bigint
}

/** A channel that both agreed to and nobody has paid into. Only in memory: made again from the channels. */
export interface Unfunded {
  readonly channelId: Id
}

/** What a peer says that it takes now. Only in memory: it says so again in each session. Kept between them while a channel with it lives. */
export interface PublishedPolicy extends Omit<PolicyMessage, 'type'> {
  readonly peer: Address
  /** Its session is over: good for what the peer will ask for, and for nothing else. */
  readonly isPast?: true
}

/** What this side told a peer that it asks for forwarding. Only in memory: it is told in each session. Kept between them while a channel with it lives. */
export interface ToldPrice {
  readonly peer: Address
  readonly schedule: Required<FeeSchedule>
  /** Unix second at which it was told. */
  readonly at: bigint
  /** What was told before. */
  readonly before?: Required<FeeSchedule>
}

/** The ids that were used up, as long as they could come back: an id is taken only while the minute in the nonce of its terms is not old. */
export interface UsedIds {
  has(id: Id, nonce: bigint): boolean
  add(id: Id, nonce: bigint): void
}

/** What may be looked at outside an event, too. */
export interface StateView {
  readonly env: Environment
  /** Milliseconds since the Unix epoch, the same for a whole batch. */
  readonly now: number
  readonly chain: ChainReader
  readonly channels: Pick<Table<Id, ChannelRecord>, 'get'>
}

/** When in the end of a batch something runs: all that looks at what changed, and then what signs the result once. */
export type EndStage = 'process' | 'sign'

/**
 * One event's view of the state, and all that it may do. An event is a synchronous function over it: if it throws, everything that it
 * did here is dropped and nothing else. What it sends, notifies and starts leaves only after the commit that holds its changes.
 */
export interface Tx extends StateView {
  readonly channels: Table<Id, ChannelRecord>
  readonly virtuals: Table<Id, VirtualRecord>
  readonly offers: Table<Id, Offer>
  readonly acknowledged: Table<Id, Acknowledged>
  readonly policies: Table<Address, PublishedPolicy>
  readonly told: Table<Address, ToldPrice>
  readonly standings: Table<Id, Standing>
  /** In the order in which they were agreed to. */
  readonly unfunded: Table<Id, Unfunded>
  readonly usedIds: UsedIds
  readonly locks: LockKeeper
  /** The channels with a peer, in any status. */
  channelsWith(peer: Address): readonly Id[]
  /** How many channels are proposed or agreed: of all, or with a peer. */
  liveChannels(peer?: Address): number
  /** Whether a deposit of this side into the channel is under way. */
  isDepositing(channelId: Id): boolean
  /** Forgets this side's deposits into a channel that was never agreed to: none of them was sent. */
  dropDeposits(channelId: Id): void
  /** How many virtual channels are neither over nor declined. */
  liveVirtuals(): number
  /** How many were declined, and are not over: the payer has yet to fold the lock. Nothing of them has to be defended. */
  returningVirtuals(): number
  /**
   * What it costs to enforce one virtual channel in bad times, native base units, with the margin that the policy asks for. 0 where every call counts as worth it, and
   * while the chain has told nothing.
   */
  readonly enforcementCost: bigint
  /** How many virtual channels a neighbour towards the payer has a lock for here, those that were declined left out. */
  takenFrom(previous: Address): number
  /** How many of these were written off. */
  writtenOffFrom(previous: Address): number
  /** Whether a virtual channel that is not over has a leg on a channel. */
  holdsVirtuals(channelId: Id): boolean
  /** The virtual channels that are not over and have a leg on a channel. */
  virtualsOn(channelId: Id): readonly Id[]
  /** Of these, those that wait for the channel's lane to take an operation. */
  virtualsWaitingFor(channelId: Id): readonly Id[]
  /** The virtual channels that wait to be locked on towards a peer. */
  virtualsReceivedFor(next: Address): readonly Id[]
  /** The virtual channels that are not over and that this side pays to a peer. */
  virtualsPaidTo(payee: Address): readonly Id[]
  /** How many offers wait for their lock: of all, or of those that are to come by a neighbour. */
  earlyOffers(from?: Address): number
  /** Stores a message under the peer's next number; sent after the commit and again until acknowledged. */
  send(peer: Address, message: ReliableMessage): void
  /** Whether the peer's queue takes another message; asked before an event that is not an answer. */
  canSend(peer: Address): boolean
  /** Sends a message if a session with the peer stands after the commit; else it is lost. */
  volatile(peer: Address, message: VolatileMessage): void
  connected(peer: Address): boolean
  /** What this side and the peer both can do beyond the base, by the hellos of their session; none while none stands. */
  commonFeatures(peer: Address): readonly Feature[]
  /** Remembers where a peer listens, and connects to it from now on whenever no session stands. */
  reach(peer: Address, url: string, options?: ConnectOptions): void
  /** Forgets a peer with whom nothing is left, unless a session with it stands. */
  forgetPeer(peer: Address): void
  notify(notification: Notification): void
  /** Runs once at the end of the batch, however often it is asked for with one key: for work that many events share, as one signature a lane. */
  atEnd(stage: EndStage, key: string, run: (tx: Tx) => void): void
  /** Runs a call that waits (see `Waiting`) again. Writing a record wakes those waiting on its key without this. */
  wake(topic: string): void
  /** Runs after the commit, for what is volatile by nature. Must not throw. */
  afterCommit(run: () => void): void
}

/** A part of the engine's behaviour: how it takes messages, sessions, chain news and the passing of time. All optional; each is one event. */
export interface Flow {
  /** By message type. */
  readonly messages?: {
    readonly [T in (ReliableMessage | VolatileMessage)['type']]?: (
      tx: Tx,
      peer: Address,
      message: Extract<ReliableMessage | VolatileMessage, { type: T }>,
    ) => void
  }
  /** A session stands and both hellos were taken: the moment to send again what is volatile. */
  readonly connected?: (tx: Tx, peer: Address) => void
  /** A message moved a lane of this channel: an update came, or an answer to one. */
  readonly laneMoved?: (tx: Tx, channelId: Id) => void
  /** The chain's view of this channel changed, or, at a new block, time passed for it. */
  readonly channelChain?: (tx: Tx, channelId: Id) => void
  readonly virtualChain?: (tx: Tx, virtualId: Id) => void
  /** Millisecond at which `channelTimer` is to run for this record, from the record alone; undefined for never. */
  readonly channelDue?: (record: ChannelRecord, env: Environment) => number | undefined
  readonly channelTimer?: (tx: Tx, channelId: Id) => void
  readonly virtualDue?: (record: VirtualRecord, env: Environment) => number | undefined
  readonly virtualTimer?: (tx: Tx, virtualId: Id) => void
  readonly offerDue?: (offer: Offer, env: Environment) => number | undefined
  readonly offerTimer?: (tx: Tx, virtualId: Id) => void
}
