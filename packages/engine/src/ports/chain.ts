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
  | { readonly type: 'closeVirtual'; readonly terms: VirtualTerms; readonly request: SignedCloseRequest }
  | { readonly type: 'redeem'; readonly terms: VirtualTerms; readonly signed: SignedVoucher }
  | { readonly type: 'pushCredit'; readonly account: Address; readonly token: Address }

/** The locks of a lane voucher: their sum in base units and their root; zero and the zero hash without locks. */
export interface LaneLocks {
  readonly locked: bigint
  readonly locksRoot: Hex
}

/**
 * Consent by signature over a `CloseRequest` for the one id that is closed, for a sender that is no member itself. A sender that is `by`
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
}

/** The chain as one contract's party sees it. */
export interface Chain {
  readonly domain: Domain
  /** The account that sends transactions and pays their gas. */
  readonly sender: Address
  /** Reports all from the block after `from` on (undefined: from the contract's creation). Resolves once caught up with the head of the moment. */
  start(from: bigint | undefined, handler: ChainHandler): Promise<void>
  /** Signs a call with the next account nonce and does not send it. Rejects with a typed error when the call would revert. */
  prepare(call: ChainCall): Promise<PreparedTransaction>
  /** Sends a prepared transaction; sending it again is harmless. */
  broadcast(transaction: PreparedTransaction): Promise<void>
  /** Where a prepared transaction stands at the newest block. */
  status(transaction: PreparedTransaction): Promise<TransactionStatus>
  stop(): Promise<void>
}
