import type { Hex } from '@sluice/protocol'
import { Failure, quantity } from './wire.ts'

/** Who says in which words that a range of blocks is too wide. */
export type RangeStyle = keyof typeof rangeRefusals

/** In which words an endpoint says that it was asked too much. */
export type BusyStyle = keyof typeof busyRefusals

interface Range {
  readonly from: number
  readonly to: number
  /** Most blocks. */
  readonly limit: number
}

const span = ({ from, to }: Range): number => to - from + 1
const fits = ({ from, limit }: Range): readonly [Hex, Hex] => [quantity(from), quantity(from + limit - 1)]

/** The errors in use, by code, words and status; each met in the wild. */
export const rangeRefusals = {
  lotus: (range: Range) => new Failure(-32005, `block range exceeds maximum of ${range.limit} (got ${span(range)})`),
  'older-lotus': ({ limit }: Range) =>
    new Failure(1, `invalid epoch range: range between to and from blocks is too large (maximum: ${limit})`),
  glif: ({ limit }: Range) =>
    new Failure(
      1,
      `failed to get events for filter: invalid epoch range: from block is too far in the past (maximum: ${limit})`,
    ),
  infura: (range: Range) => new Failure(-32602, `range ${span(range)} exceeds limit of ${range.limit}`),
  'infura-results': (range: Range) => {
    const [from, to] = fits(range)
    return new Failure(-32005, `query returned more than 10000 results. Try with this block range [${from}, ${to}].`, {
      data: { from, to, limit: 10_000 },
    })
  },
  alchemy: (range: Range) => {
    const [from, to] = fits(range)
    const words = `You can make eth_getLogs requests with up to a ${range.limit} block range.`
    return new Failure(-32600, `${words} Based on your parameters, this block range should work: [${from}, ${to}]`, {
      status: 400,
    })
  },
  ankr: ({ limit }: Range) => new Failure(-32000, `maximum [from, to] blocks distance: ${limit}`),
  quicknode: ({ limit }: Range) =>
    new Failure(-32614, `eth_getLogs is limited to a ${limit.toLocaleString('en')} range`, { status: 413 }),
  bsc: ({ limit }: Range) => new Failure(-32000, `exceed maximum block range: ${limit}`),
  tenderly: (range: Range) =>
    new Failure(-32602, 'invalid params', {
      data: { payload: `range ${span(range)} is bigger than range limit ${range.limit}` },
    }),
  moonbeam: ({ limit }: Range) => new Failure(-32603, `block range is too wide (maximum ${limit})`),
  // No code of JSON-RPC at all: a gateway gives up on what takes too long, or is too large.
  gateway: () => new Failure(0, 'gateway timeout', { status: 504 }),
  'too-large': () => new Failure(0, 'payload too large', { status: 413 }),
} as const

export const busyRefusals = {
  http: () => new Failure(0, 'too many requests', { status: 429 }),
  'http-json': () => new Failure(-32005, 'daily request count exceeded, request rate limited', { status: 429 }),
  json: () => new Failure(429, 'Your app has exceeded its compute units per second capacity.'),
  quicknode: () => new Failure(-32007, '15/second request limit reached - reduce calls per second'),
  unavailable: () => new Failure(0, 'service unavailable', { status: 503 }),
} as const
