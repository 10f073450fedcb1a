import type {
  Address,
  ChannelTerms,
  Close,
  Domain,
  Hex,
  Id,
  LaneIndex,
  LaneVoucher,
  PartyIndex,
  SignedVoucher,
  VirtualTerms,
  Withdrawal,
} from '@sluice/protocol'

/** What the contract's logs say, in the order of the chain. Totals are cumulative base units, times are block timestamps in Unix seconds. */
export type ChainEvent =
  | { readonly type: 'deposited'; readonly channelId: Id; readonly party: PartyIndex; readonly total: bigint }
  | { readonly type: 'withdrawn'; readonly channelId: Id; readonly party: PartyIndex; readonly total: bigint }
  | { readonly type: 'closeStarted'; readonly channelId: Id; readonly closesAt: bigint }
  | {
      readonly type: 'laneUpdated'
      readonly channelId: Id
      readonly lane: LaneIndex
      readonly seq: bigint
      readonly paid: bigint
      readonly locked: bigint
      readonly locksRoot: Hex
    }
  | { readonly type: 'closed'; readonly channelId: Id; readonly paidA: bigint; readonly paidB: bigint }
  | {
      readonly type: 'settled'
      readonly channelId: Id
      readonly paidA: bigint
      readonly paidB: bigint
      readonly pools: readonly [bigint, bigint]
    }
  | {
      readonly type: 'unlocked'
      readonly channelId: Id
      readonly lane: LaneIndex
      readonly slot: number
      readonly toReceiver: bigint
      readonly toPayer: bigint
    }
  /** Its window began (then the amount may be 0), or its amount rose. `finalAt`: from this timestamp on the amount is final. */
  | { readonly type: 'virtualUpdated'; readonly virtualId: Id; readonly amount: bigint; readonly finalAt: bigint }
  | { readonly type: 'credited'; readonly account: Address; readonly token: Address; readonly amount: bigint }

/** A block and what the contract logged in it. */
export interface ChainBlock {
  readonly number: bigint
  readonly hash: Hex
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly events: readonly ChainEvent[]
}

/** A lock with what the contract needs to pay it out. */
export interface LockProof {
  readonly slot: number
  readonly amount: bigint
  readonly resolver: Address
  readonly id: Id
  readonly side: number
  readonly proof: readonly Hex[]
}

/** A call that changes the contract's state. */
export type ChainCall =
  | { readonly type: 'deposit'; readonly terms: ChannelTerms; readonly party: PartyIndex; readonly amount: bigint }
  | {
      readonly type: 'withdraw'
      readonly terms: ChannelTerms
      readonly withdrawal: Withdrawal
      readonly signatures: readonly [a: Hex, b: Hex]
    }
  | {
      readonly type: 'close'
      readonly terms: ChannelTerms
      readonly close: Close
      readonly signatures: readonly [a: Hex, b: Hex]
    }
  | {
      readonly type: 'startClose'
      readonly terms: ChannelTerms
      readonly voucher?: SignedLaneVoucher
      /** Consent of a party, for a sender that is none. */
      readonly request?: SignedCloseRequest
    }
  | { readonly type: 'updateLane'; readonly terms: ChannelTerms; readonly voucher: SignedLaneVoucher }
  /** A voucher that is refused is skipped, and the other counts. */
  | { readonly type: 'updateLanes'; readonly terms: ChannelTerms; readonly vouchers: readonly SignedLaneVoucher[] }
  | {
      readonly type: 'settle'
      readonly terms: ChannelTerms
      /** Of the vouchers last shown for lanes 0 and 1. */
      readonly locks: readonly [LaneLocks, LaneLocks]
    }
  | {
      readonly type: 'unlock'
      readonly terms: ChannelTerms
      readonly lane: LaneIndex
      /** The lane's locked sum, of the voucher last shown. Base units. */
      readonly locked: bigint
      readonly locks: readonly LockProof[]
    }
  /** The locks of the contract's own resolver that a part of the lane's tree names; slots given by their leaves are left alone. */
  | {
      readonly type: 'unlockSubtree'
      readonly terms: ChannelTerms
      readonly lane: LaneIndex
      readonly locked: bigint
      readonly subtree: Subtree
    }
  | { readonly type: 'closeVirtual'; readonly terms: VirtualTerms; readonly request: SignedCloseRequest }
  /** `request`: consent to all of them, in this order. An item that is refused is skipped, and the others go on. */
  | {
      readonly type: 'closeVirtuals'
      readonly items: readonly VirtualTerms[]
      readonly request: SignedCloseRequest
    }
  /** Anybody's: that these virtual channels' locks stand in a settled channel's lane is consent enough. Items in the order of their slots. */
  | {
      readonly type: 'closeVirtualsByLocks'
      readonly items: readonly VirtualTerms[]
      readonly channel: ChannelTerms
      readonly lane: LaneIndex
      readonly locked: bigint
      readonly subtree: Subtree
    }
  | ({ readonly type: 'redeem' } & Redemption)
  /** An item that is refused is skipped, and the others go on. */
  | { readonly type: 'redeemBatch'; readonly items: readonly Redemption[] }
  /** The same for those that share path behind the payer, token and window, by vouchers without ticks: it takes less gas. */
  | { readonly type: 'redeemGroup'; readonly items: readonly Redemption[] }
  | { readonly type: 'pushCredit'; readonly account: Address; readonly token: Address }

/** A part of a lane's tree: the slots from `first` on, a multiple of their number rounded up to a power of two. */
export interface Subtree {
  readonly first: number
  readonly slots: readonly SubtreeSlot[]
  /** Siblings from the part's top up; none if it is the whole tree. */
  readonly proof: readonly Hex[]
}

/** A lock by its amount and its virtual channel's id; with amount 0 the slot's leaf, zero where it is empty. */
export interface SubtreeSlot {
  readonly amount: bigint
  readonly idOrLeaf: Hex
}

/** A virtual channel with a voucher of it. */
export interface Redemption {
  readonly terms: VirtualTerms
  readonly signed: SignedVoucher
}

/** The locks of a lane voucher: their sum in base units and their root; zero and the zero hash without locks. */
export interface LaneLocks {
  readonly locked: bigint
  readonly locksRoot: Hex
}

/**
 * Consent by signature over a `CloseRequest` for the ids that are closed, for a sender that is no member itself. A sender that is `by`
 * itself does without. `deadline`: Unix seconds.
 */
export interface SignedCloseRequest {
  readonly by: Address
  readonly deadline: bigint
  readonly signature: Hex
}

/** A lane voucher as the chain wants it; the receiver's signature is needed unless the receiver itself sends it. */
export interface SignedLaneVoucher {
  readonly voucher: LaneVoucher
  readonly payerSignature: Hex
  readonly receiverSignature?: Hex
}

/** A transaction signed with a fixed account nonce: broadcasting it twice executes it once. */
export interface PreparedTransaction {
  readonly hash: Hex
  readonly raw: Hex
  readonly nonce: number
}

/** A prepared transaction with what the chain estimates it to cost. */
export interface QuotedTransaction extends PreparedTransaction {
  /** Its gas at the price of the moment, native base units. */
  readonly cost: bigint
}

/** On what terms a call is prepared. */
export interface PrepareTerms {
  /** What it is worth, native base units: a dearer one is refused with `CHAIN_TOO_DEAR`, and takes no nonce. */
  readonly worth?: bigint
  /** A transaction of this account that no block holds yet. The new one takes its nonce, so that at most one of the two is executed. */
  readonly instead?: PreparedTransaction
}

/** Where a transaction stands. `dropped`: its nonce was used by another one. */
export type TransactionStatus =
  | { readonly status: 'pending' }
  | { readonly status: 'included'; readonly block: bigint; readonly success: boolean }
  | { readonly status: 'dropped' }

/** What the engine does on the chain's news. A handler never throws. */
export interface ChainHandler {
  /** The next block, or the first after a rollback. Blocks without events may be skipped, but the newest is always reported. */
  block(block: ChainBlock): void
  /** All blocks above this number are gone: forget what they said. */
  rolledBack(to: bigint): void
  /** All blocks up to this number, reported before, are final by the chain policy. */
  final(number: bigint): void
  /** The chain can't be reached (an error) or can again (undefined). */
  health(problem: Error | undefined): void
  /**
   * Those who are asked about the chain disagree (an error that says how), or agree again (undefined). What any of them shows of a close is
   * told; nothing good that the chain says is to be relied on meanwhile.
   */
  doubt?(reason: Error | undefined): void
}

/** A block that was seen, and the time up to which the chain was final then. */
export interface SeenBlock {
  readonly number: bigint
  readonly hash: Hex
  /** Of the newest final block, Unix seconds. */
  readonly finalAt: bigint
}

/** The chain as one contract's party sees it. */
export interface Chain {
  readonly domain: Domain
  /** The account that sends transactions and pays their gas. */
  readonly sender: Address
  /**
   * Reports all from the block after `from` on (undefined: from the contract's creation). Resolves once caught up with the head of the moment.
   * `seen`: a final block that was reported once; a chain that has another one in its place, or is behind it at a later time, is another chain.
   */
  start(from: bigint | undefined, handler: ChainHandler, seen?: SeenBlock): Promise<void>
  /**
   * Makes ready what a call needs besides itself, such as a token's allowance; that may take blocks, and holds up no other call. `prepare` does
   * it where it was not done.
   */
  allow?(call: ChainCall): Promise<void>
  /** Signs a call with the next account nonce and does not send it. Rejects with `CHAIN_REVERTED` when the call would revert. */
  prepare(call: ChainCall, terms?: PrepareTerms): Promise<QuotedTransaction>
  /** What gas costs now: native base units for the work of one unit of gas by Ethereum's schedule, which other chains count otherwise. */
  gasPrice(): Promise<bigint>
  /** How many transactions of the sender the newest block's state counts: those with a lower nonce are included, or replaced. */
  includedCount(): Promise<number>
  /** Sends a prepared transaction; sending it again is harmless. */
  broadcast(transaction: PreparedTransaction): Promise<void>
  /** Where a prepared transaction stands at the newest block. */
  status(transaction: PreparedTransaction): Promise<TransactionStatus>
  stop(): Promise<void>
}
