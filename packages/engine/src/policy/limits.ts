/** One limit with its value in each profile: amounts in base units (bigint), all else plain numbers in the unit named. */
export interface Limit<T extends bigint | number> {
  readonly default: T
  readonly development: T
  readonly filecoin: T
}

function limit<T extends bigint | number>(value: T, development: T, filecoin: T): Limit<T> {
  return { default: value, development, filecoin }
}

const same = <T extends bigint | number>(value: T): Limit<T> => limit(value, value, value)
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * Every limit of a node, with its default (an EVM chain with finality in minutes), its development value (a local chain with
 * blocks of a second) and its value for Filecoin (blocks of 30 seconds, finality of 900 of them).
 */
export const limits = {
  // Channels
  /** Shortest dispute window of a channel. Seconds. */
  channelWindowMin: limit(HOUR, 5, DAY),
  /** Dispute window of a channel that this side proposes. Seconds. */
  channelWindowDefault: limit(DAY, 20, 2 * DAY),
  /** Longest dispute window of a channel. Seconds. */
  channelWindowMax: limit(7 * DAY, DAY, 14 * DAY),
  /** Channels not yet ended that somebody paid into. */
  channelsMax: same(10_000),
  /** Channels that nobody paid into: the oldest makes room for a new one. */
  unfundedMax: same(256),
  /** Time that a channel has to be paid into before it is forgotten. Seconds. */
  fundingTimeout: limit(10 * MINUTE, 60, HOUR),
  /** Channels not yet ended with one peer. */
  channelsPerPeerMax: same(4),
  /** How far from now the minute in a nonce may be. Minutes. */
  nonceAgeMax: limit(60, 10, 60),
  // Lanes
  /** Operations in one update. */
  operationsPerUpdateMax: same(256),
  /** Locks in a lane. */
  locksMax: same(1024),
  /** Operations that may wait for a countersignature before the payer signs nothing more. */
  countersignOperationsMax: same(1024),
  /** Folded capacity that may wait for a countersignature before the payer signs nothing more. Base units. */
  countersignFoldedMax: same(10n ** 21n),
  /** Time without an update after which a receiver countersigns. Milliseconds. */
  countersignIdle: limit(2_000, 500, 2_000),
  /** Time that a peer has to countersign when asked. Seconds. */
  countersignTimeout: limit(5 * MINUTE, 15, 30 * MINUTE),
  /** Time that an update waits for money that its payer has seen as final and this side has not. Seconds. */
  coverWait: limit(15, 5, 90),
  // Virtual channels
  /** Smallest capacity of a virtual channel. Base units. */
  capacityMin: limit(10n ** 12n, 1n, 10n ** 15n),
  /** Shortest dispute window of a virtual channel. Seconds. */
  virtualWindowMin: limit(HOUR, 5, DAY),
  /** Dispute window of a virtual channel that this side opens. Seconds. */
  virtualWindowDefault: limit(DAY, 10, 2 * DAY),
  /** Longest dispute window of a virtual channel. Seconds. */
  virtualWindowMax: limit(7 * DAY, DAY, 14 * DAY),
  /** Lifetime of a virtual channel that this side opens. Seconds. */
  lifetimeDefault: limit(6 * HOUR, 10 * MINUTE, DAY),
  /** Least lifetime left when an add is accepted. Seconds. */
  lifetimeMin: limit(30 * MINUTE, 15, 4 * HOUR),
  /** Longest lifetime that is accepted. Seconds. */
  lifetimeMax: limit(7 * DAY, DAY, 30 * DAY),
  /** By how much a hop lets a virtual channel outlive the next. Seconds. */
  hopMargin: limit(20 * MINUTE, 5, 8 * HOUR),
  /** Lifetime that must be left when a payment is accepted. Seconds. */
  voucherMargin: limit(15 * MINUTE, 5, 2 * HOUR),
  /** Time that an add waits for the next hop to be reached before it is declined. Seconds. */
  forwardWait: limit(10, 2, 10),
  /** Time that a neighbour has to follow a close before the chain is asked. Seconds. */
  followTimeout: limit(10 * MINUTE, 10, 2 * HOUR),
  /** Virtual channels that are taken on and not over; as many are remembered that were declined and not folded yet. */
  virtualsMax: same(100_000),
  /** Time for which a virtual channel that is over is still shown. Seconds. */
  closedKept: same(60),
  /** Vouchers held for locks that have not arrived. */
  earlyVouchersMax: same(1024),
  /** Of these, vouchers whose locks come by one neighbour. */
  earlyVouchersPerPeerMax: same(256),
  /** Time that such a voucher is held. Seconds. */
  earlyVoucherWait: same(30),
  /** Ticks that a voucher may commit to. */
  tickCountMax: same(10_000),
  // Fees of a hub
  /** Fee for forwarding an add. Base units. */
  feeBase: limit(10n ** 9n, 0n, 10n ** 12n),
  /** Fee for forwarding, of the capacity. Parts per million. */
  feePartsPerMillion: limit(500, 0, 500),
  /** Fee for forwarding, of the capacity, for each hour for which it may be held. Parts per million. */
  feePerHour: limit(20, 0, 20),
  /** How much of the time for which a new peer may hold capacity beyond a lifetime is paid for at first: windows and follow times. Per cent. */
  feeHoldShare: limit(100, 0, 100),
  /** Most that a payer pays all hubs of a path, of the capacity. Parts per million. */
  feeMax: same(10_000),
  /** Most that a payer pays all hubs of a path where that is more: what is not worth a thought. Base units. */
  feeMaxAmount: limit(10n ** 12n, 100n, 10n ** 15n),
  /**
   * What a neighbour is trusted with beyond the fees that it paid, of what enforcing one virtual channel costs: folds for it that are not worth a
   * transaction. Per cent.
   */
  trustedFolds: same(100),
  // Shares of a lane towards the next member
  /** What peers that are new here may hold together of its slots and its capacity. Per cent. */
  strangersShare: limit(30, 100, 30),
  /** What one peer that is new here may hold of its slots. Per cent. */
  strangerSlots: limit(2, 98, 2),
  /** What one peer that is new here may hold of its capacity. Per cent. */
  strangerCapacity: limit(5, 100, 5),
  /** Virtual channels that were folded in time before a peer is no longer new. */
  knownAfter: same(8),
  /** How much more capacity a peer may hold for what it paid in fees, as a multiple of them. */
  feeLeverage: same(1_000),
  /** Time after which half of what a peer did counts no more. Seconds. */
  standingHalfLife: same(30 * DAY),
  // Closing and withdrawing together
  /** Deadline of a close or withdrawal that this side signs. Seconds. */
  deadlineDefault: limit(HOUR, 60, 12 * HOUR),
  /** Furthest deadline that this side signs. Seconds. */
  deadlineMax: limit(6 * HOUR, 10 * MINUTE, 2 * DAY),
  /** Nearest deadline that is worth signing. Seconds. */
  deadlineMin: limit(10 * MINUTE, 10, HOUR),
  /** By how much a payer waits past an expiry that both sides see at different moments. Seconds. */
  expiryMargin: limit(2 * MINUTE, 3, 5 * MINUTE),
  /** Time that a peer has to agree to a channel before it is given up. Seconds. */
  proposalTimeout: limit(60, 10, 60),
  /** Time that a peer has to close cooperatively before this side closes alone. Seconds. */
  closeTimeout: limit(10 * MINUTE, 15, 2 * HOUR),
  // Chain
  /** Looking interval, finality lag and inclusion time together; windows are longer. Seconds. */
  chainLag: limit(20 * MINUTE, 3, 8 * HOUR),
  /** Age of the newest block past which no payment is accepted and nothing is locked on. Seconds. */
  chainSilenceMax: limit(5 * MINUTE, 30, 15 * MINUTE),
  /** Time in which a block includes a transaction that pays what blocks ask. Seconds. */
  inclusionTime: limit(60, 1, 120),
  /** Transactions of this side that may wait for a block at once. */
  callsPendingMax: limit(16, 16, 10),
  /** Bytes of a call: some chains take no longer messages. */
  callBytesMax: limit(120_000, 120_000, 64_000),
  /** Gas of a call by the schedule of Ethereum. */
  callGasMax: same(8_000_000),
  /** What a call must be worth, of what its gas costs now; 0: any call is worth it. Per cent. */
  worthMin: limit(125, 0, 125),
  /** What all that is taken on may need of what the chain takes in the shortest window; 0: no bound. Per cent. */
  defenceShare: limit(50, 0, 50),
  /** Blocks after which a call that no block shows is sent again. */
  resendBlocks: limit(10, 5, 10),
  // Peers
  /** Messages that wait for one peer. */
  queueMax: same(10_000),
  /** Messages that wait for a peer without a channel before it is cut off. */
  strangerQueueMax: same(32),
  /** What a peer may cost a second, beyond which its messages wait. Signatures. */
  sessionRate: same(5_000),
  /** What a peer may cost at once. Signatures. */
  sessionBurst: same(20_000),
  /** What a peer without a channel may cost a second, beyond which it is cut off. Signatures. */
  strangerRate: same(20),
  /** What such a peer may cost at once. Signatures. */
  strangerBurst: same(200),
  /** First pause before reconnecting. Milliseconds. */
  reconnectMin: limit(500, 100, 500),
  /** Longest pause before reconnecting. Milliseconds. */
  reconnectMax: limit(60_000, 2_000, 60_000),
} as const

/** The name of a limit. */
export type LimitName = keyof typeof limits

/** The names of the sets of values. */
export type ProfileName = 'default' | 'development' | 'filecoin'
