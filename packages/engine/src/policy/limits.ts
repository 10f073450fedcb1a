/** One limit with its values: amounts in base units (bigint), all else plain numbers in the unit named. */
export interface Limit<T extends bigint | number> {
  readonly about: string
  readonly unit: string
  readonly default: T
  readonly development: T
  readonly filecoin: T
}

type Values<T> = readonly [defaultValue: T, development: T, filecoin: T]

function limit<T extends bigint | number>(about: string, unit: string, values: Values<T>): Limit<T> {
  const [value, development, filecoin] = values
  return { about, unit, default: value, development, filecoin }
}

const same = <T>(value: T): Values<T> => [value, value, value]
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * Every limit of a node, with its default (an EVM chain with finality in minutes), its development value (a local chain with
 * blocks of a second) and its value for Filecoin (blocks of 30 seconds, finality of 900 of them).
 */
export const limits = {
  // Channels
  channelWindowMin: limit('shortest dispute window of a channel', 's', [HOUR, 5, DAY]),
  channelWindowDefault: limit('dispute window of a channel that this side proposes', 's', [DAY, 20, 2 * DAY]),
  channelWindowMax: limit('longest dispute window of a channel', 's', [7 * DAY, DAY, 14 * DAY]),
  channelsMax: limit('channels not yet ended', 'channels', same(10_000)),
  channelsPerPeerMax: limit('channels not yet ended with one peer', 'channels', same(4)),
  nonceAgeMax: limit('how far from now the minute in a nonce may be', 'min', [60, 10, 60]),
  // Lanes
  operationsPerUpdateMax: limit('operations in one update', 'operations', same(256)),
  locksMax: limit('locks in a lane', 'locks', same(1024)),
  countersignOperationsMax: limit(
    'operations that may wait for a countersignature before the payer signs nothing more',
    'operations',
    same(1024),
  ),
  countersignFoldedMax: limit(
    'folded capacity that may wait for a countersignature before the payer signs nothing more',
    'base units',
    same(10n ** 21n),
  ),
  countersignIdle: limit('time without an update after which a receiver countersigns', 'ms', [2_000, 500, 2_000]),
  countersignTimeout: limit('time that a peer has to countersign when asked', 's', [5 * MINUTE, 15, 30 * MINUTE]),
  coverWait: limit(
    'time that an update waits for money that its payer has seen as final and this side has not',
    's',
    [15, 5, 90],
  ),
  // Virtual channels
  capacityMin: limit('smallest capacity of a virtual channel', 'base units', [10n ** 12n, 1n, 10n ** 15n]),
  virtualWindowMin: limit('shortest dispute window of a virtual channel', 's', [HOUR, 5, DAY]),
  virtualWindowDefault: limit('dispute window of a virtual channel that this side opens', 's', [DAY, 10, 2 * DAY]),
  virtualWindowMax: limit('longest dispute window of a virtual channel', 's', [7 * DAY, DAY, 14 * DAY]),
  lifetimeDefault: limit('lifetime of a virtual channel that this side opens', 's', [6 * HOUR, 10 * MINUTE, DAY]),
  lifetimeMin: limit('least lifetime left when an add is accepted', 's', [30 * MINUTE, 15, 4 * HOUR]),
  lifetimeMax: limit('longest lifetime that is accepted', 's', [7 * DAY, DAY, 30 * DAY]),
  hopMargin: limit('by how much a hop lets a virtual channel outlive the next', 's', [10 * MINUTE, 5, HOUR]),
  voucherMargin: limit('lifetime that must be left when a payment is accepted', 's', [15 * MINUTE, 5, 2 * HOUR]),
  forwardWait: limit('time that an add waits for the next hop to be reached before it is declined', 's', [10, 2, 10]),
  followTimeout: limit('time that a neighbour has to follow a close before the chain is asked', 's', [
    10 * MINUTE,
    10,
    2 * HOUR,
  ]),
  virtualsMax: limit('virtual channels that are not over', 'virtual channels', same(100_000)),
  closedKept: limit('time for which a virtual channel that is over is still shown', 's', same(60)),
  earlyVouchersMax: limit('vouchers held for locks that have not arrived', 'vouchers', same(1024)),
  earlyVouchersPerPeerMax: limit('of these, vouchers whose locks come by one neighbour', 'vouchers', same(256)),
  earlyVoucherWait: limit('time that such a voucher is held', 's', same(30)),
  tickCountMax: limit('ticks that a voucher may commit to', 'ticks', same(10_000)),
  // Fees of a hub
  feeBase: limit('fee for forwarding an add', 'base units', [0n, 0n, 0n]),
  feePartsPerMillion: limit('fee for forwarding, of the capacity', 'ppm', [0, 0, 0]),
  feePerHour: limit('fee for forwarding, of the capacity, for each hour of lifetime', 'ppm', [0, 0, 0]),
  feeMax: limit('most that a payer pays all hubs of a path, of the capacity', 'ppm', same(10_000)),
  // Closing and withdrawing together
  deadlineDefault: limit('deadline of a close or withdrawal that this side signs', 's', [HOUR, 60, 12 * HOUR]),
  deadlineMax: limit('furthest deadline that this side signs', 's', [6 * HOUR, 10 * MINUTE, 2 * DAY]),
  deadlineMin: limit('nearest deadline that is worth signing', 's', [10 * MINUTE, 10, HOUR]),
  expiryMargin: limit('by how much a payer waits past an expiry that both sides see at different moments', 's', [
    2 * MINUTE,
    3,
    5 * MINUTE,
  ]),
  proposalTimeout: limit('time that a peer has to agree to a channel before it is given up', 's', [60, 10, 60]),
  closeTimeout: limit('time that a peer has to close cooperatively before this side closes alone', 's', [
    10 * MINUTE,
    15,
    2 * HOUR,
  ]),
  // Chain
  chainLag: limit('looking interval, finality lag and inclusion time together; windows are longer', 's', [
    20 * MINUTE,
    3,
    8 * HOUR,
  ]),
  chainSilenceMax: limit('age of the newest block past which no payment is accepted and nothing is locked on', 's', [
    5 * MINUTE,
    30,
    15 * MINUTE,
  ]),
  resendBlocks: limit('blocks after which a call that no block shows is sent again', 'blocks', [10, 5, 10]),
  // Peers
  queueMax: limit('messages that wait for one peer', 'messages', same(10_000)),
  reconnectMin: limit('first pause before reconnecting', 'ms', [500, 100, 500]),
  reconnectMax: limit('longest pause before reconnecting', 'ms', [60_000, 2_000, 60_000]),
} as const

/** The name of a limit. */
export type LimitName = keyof typeof limits

/** The names of the sets of values. */
export type ProfileName = 'default' | 'development' | 'filecoin'
