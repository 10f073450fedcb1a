import type { Address, Id, Party, PartyIndex, VirtualTerms } from '@sluice/protocol'
import type { BlockPoint } from './chain-view.ts'

/** A channel as those outside see it. */
export interface ChannelView {
  readonly channelId: Id
  readonly peer: Party
  readonly self: PartyIndex
  readonly token: Address
  readonly disputeWindow: number
  readonly status: 'proposed' | 'funding' | 'open' | 'closing' | 'disputed' | 'settled' | 'closed'
  /** Confirmed deposits by final blocks. */
  readonly deposits: { readonly own: bigint; readonly peer: bigint }
  readonly withdrawn: { readonly own: bigint; readonly peer: bigint }
  /** Totals paid over the lanes. */
  readonly paid: { readonly sent: bigint; readonly received: bigint }
  readonly locked: { readonly sent: bigint; readonly received: bigint }
  readonly spendable: { readonly own: bigint; readonly peer: bigint }
  readonly connected: boolean
  /** Unix seconds, while disputed. */
  readonly closesAt?: bigint
  /** What a stalled channel waits for, in a sentence. */
  readonly waitingFor?: string
  /** Why nothing new is signed in it, where that is so: it is being closed on chain then. */
  readonly frozen?: string
}

/** What an engine knows of the chain. */
export interface ChainStatus {
  /** Newest block, and newest final one; none before the first. */
  readonly head?: BlockPoint
  readonly final?: BlockPoint
  /** Whether it can be read, and those who are asked about it agree; with why, where it is not so. */
  readonly status: 'good' | 'unreachable' | 'doubted'
  readonly reason?: string
}

/** A virtual channel as those outside see it. */
export interface VirtualView {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly role: 'payer' | 'hub' | 'payee'
  readonly status: 'opening' | 'open' | 'closing' | 'disputed' | 'closed' | 'declined'
  /** Highest voucher signed (payer) or accepted (payee) or held (hub). */
  readonly amount: bigint
  /** Payer only: what the payee has said in this session that it holds durably. */
  readonly acknowledged?: bigint
  /** Payer only, while it locks money: whether the next member has said that it took the lock, which it does within seconds. */
  readonly countersigned?: boolean
  readonly until: bigint
  readonly waitingFor?: string
  /**
   * Why it went no further, by the code of who declined it. Only with the status `declined` is it sure that nothing of it can be paid any more, so that paying
   * elsewhere pays once.
   */
  readonly declined?: string
}

/** A call that is to be made on chain and is not under way. Amounts in native base units. */
export interface WaitingCall {
  /** The channel or virtual channel that it is for. */
  readonly id: Id
  readonly call: string
  /** What this side would lose without it, or own by it; without one where no price of the token is known. */
  readonly value?: bigint
  /** What it would cost now, by itself. */
  readonly cost: bigint
  /** Unix second from which it comes too late. */
  readonly deadline?: bigint
  /** Why the newest try failed. */
  readonly problem?: string
}

/** What this side does on chain to defend itself. */
export interface DefenceView {
  readonly waiting: readonly WaitingCall[]
  /** Transactions that no block holds yet. */
  readonly pending: number
  /** What was not reached in time since the start: how many calls, and their value in native base units, as far as prices are known. */
  readonly lost: { readonly count: number; readonly value: bigint }
}

/** What the engine notifies its subscribers of; durable by then. */
export type Notification =
  | { readonly type: 'channel'; readonly channel: ChannelView }
  | { readonly type: 'virtual'; readonly virtual: VirtualView }
  | { readonly type: 'payment'; readonly virtualId: Id; readonly role: 'payer' | 'payee'; readonly amount: bigint }
  /** Whether the chain can be read, and those who are asked about it agree; with why, where it is not so. */
  | ({ readonly type: 'chain' } & Pick<ChainStatus, 'status' | 'reason'>)
  | { readonly type: 'peer'; readonly peer: Address; readonly connected: boolean }
  | {
      readonly type: 'transaction'
      readonly call: string
      readonly hash: string
      readonly status: 'sent' | 'final' | 'failed'
    }
  /** Something was not reached on chain in time. `value`: native base units, where the token's price is known. */
  | { readonly type: 'loss'; readonly id: Id; readonly call: string; readonly value?: bigint }
