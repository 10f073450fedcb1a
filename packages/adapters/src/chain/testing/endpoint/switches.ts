import type { BusyStyle, RangeStyle } from './refusals.ts'
import type { RawBlock, RawLog } from './wire.ts'

/** What an endpoint gets wrong, or leaves out. All may be changed while it runs; as they begin, it is honest. */
export interface Switches {
  /** Probability that a height has no block. Read when a block is first seen. */
  nullRounds: number
  /** What is said of a height without a block: an error, or nothing at all as other chains say of a block that is not there. */
  nullRoundStyle: 'lotus' | 'older-lotus' | 'null'
  /** By how many blocks it is behind. */
  lag: number
  /** Shows blocks of its own, and none of the chain's, above the one that lies on so many. */
  forkAbove: number | undefined
  /** How much later than the chain's its own blocks say that they are, seconds. */
  forkAhead: number
  /** Logs that are never shown. */
  hides: (log: RawLog) => boolean
  /** Logs that nobody made, shown in a block. */
  invents: (block: RawBlock) => readonly RawLog[]
  /** Probability that a block's logs come late. */
  lateLogs: number
  /** By at most how many blocks. */
  lateLogsBlocks: number
  /** Most blocks of one question for logs. */
  logRange: number
  logRangeStyle: RangeStyle
  /** Probability that a question is refused because there were too many. */
  busy: number
  /** So many more questions are refused. */
  busyFor: number
  busyStyle: BusyStyle
  /** Seconds that a busy endpoint asks for. */
  retryAfter: number | undefined
  /** Whether receipts are there at once, some blocks late, or never; and the transaction likewise. */
  receipts: 'prompt' | 'late' | 'never'
  receiptsLateBlocks: number
  /** Probability that a transaction is taken and forgotten. */
  loses: number
  /** Probability that a transaction is taken, and an error answered. */
  deniesTaken: number
  /** Least priority fee that is taken. */
  priorityMin: bigint
  /** Per cent that a transaction in another's place has to offer more. */
  replacementPercent: number
  /** Most transactions of an account that wait. */
  pendingMax: number
  /** Most bytes of a transaction. */
  bytesMax: number
  estimate: 'honest' | 'refused' | { readonly times: number } | { readonly is: bigint }
  /** Several questions in one request: taken, refused with one error, or with an HTTP status. */
  batches: 'taken' | 'refused' | 'bad-request'
  /** Most questions in one request. */
  batchMax: number
  /** Milliseconds before it answers. */
  delay: number
}

export function honest(): Switches {
  return {
    nullRounds: 0,
    nullRoundStyle: 'lotus',
    lag: 0,
    forkAbove: undefined,
    forkAhead: 0,
    hides: () => false,
    invents: () => [],
    lateLogs: 0,
    lateLogsBlocks: 2,
    logRange: Number.POSITIVE_INFINITY,
    logRangeStyle: 'lotus',
    busy: 0,
    busyFor: 0,
    busyStyle: 'http',
    retryAfter: undefined,
    receipts: 'prompt',
    receiptsLateBlocks: 2,
    loses: 0,
    deniesTaken: 0,
    priorityMin: 0n,
    replacementPercent: 10,
    pendingMax: Number.POSITIVE_INFINITY,
    bytesMax: Number.POSITIVE_INFINITY,
    estimate: 'honest',
    batches: 'taken',
    batchMax: 1_000,
    delay: 0,
  }
}

/** As Lotus behind a public gateway behaves on an ordinary day. */
export function asLotus(): Switches {
  return {
    ...honest(),
    nullRounds: 0.15,
    lateLogs: 0.2,
    logRange: 100,
    receipts: 'late',
    pendingMax: 10,
    bytesMax: 65_536,
    replacementPercent: 25,
  }
}
