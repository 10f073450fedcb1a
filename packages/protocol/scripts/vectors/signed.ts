import type { Session } from '../../src/handshake/session.ts'
import { MAX_UINT64, MAX_UINT128 } from '../../src/primitives/bytes.ts'
import { type Hex, ZERO_HASH } from '../../src/primitives/hex.ts'
import { tickAnchor } from '../../src/terms/ticks.ts'
import type { Close, CloseRequest, LaneVoucher, Voucher, Withdrawal } from '../../src/terms/voucher.ts'
import type { Generated } from '../generated.ts'
import { digests, hashOf, keccak256, numberOf, signerAt } from './scene.ts'
import { channels, virtuals } from './terms.ts'
import { vectorFile } from './vector-file.ts'

const channelIds = channels.map(digests.channelId)
const virtualIds = virtuals.map(digests.virtualId)
const idAt = (ids: readonly Hex[], n: number): Hex => ids[n % ids.length] ?? ZERO_HASH

/** Two seqs of each lane, one with extreme numbers. */
export const laneVouchers: readonly LaneVoucher[] = [0, 1, 2, 3].flatMap((n) => [
  {
    channelId: idAt(channelIds, n),
    lane: (n % 2) as 0 | 1,
    seq: BigInt(n + 1),
    paid: numberOf(`paid ${n}`, 90),
    locked: n === 0 ? 0n : numberOf(`locked ${n}`, 90),
    locksRoot: n === 0 ? ZERO_HASH : hashOf(`root ${n}`),
  },
  {
    channelId: idAt(channelIds, n),
    lane: (n % 2) as 0 | 1,
    seq: MAX_UINT64 - BigInt(n),
    paid: MAX_UINT128 - BigInt(n),
    locked: MAX_UINT128,
    locksRoot: hashOf(`last root ${n}`),
  },
])

export const vouchers: readonly Voucher[] = [
  ...[0n, 1n, MAX_UINT128].map((amount, n) => ({
    virtualId: idAt(virtualIds, n),
    amount,
    tickAnchor: ZERO_HASH,
    tickValue: 0n,
    tickCount: 0,
  })),
  {
    virtualId: idAt(virtualIds, 1),
    amount: 1_000n,
    tickAnchor: tickAnchor(keccak256, hashOf('seed 10'), 10),
    tickValue: 7n,
    tickCount: 10,
  },
  {
    virtualId: idAt(virtualIds, 4),
    amount: MAX_UINT128,
    tickAnchor: hashOf('an anchor'),
    tickValue: MAX_UINT128,
    tickCount: 0xffff_ffff,
  },
]

export const closes: readonly Close[] = [
  { channelId: idAt(channelIds, 0), from: 0, amount: 0n, deadline: 1_790_003_600n },
  { channelId: idAt(channelIds, 1), from: 1, amount: 123_456_789n, deadline: 1_790_003_600n },
  { channelId: idAt(channelIds, 2), from: 1, amount: MAX_UINT128, deadline: MAX_UINT64 },
]

export const withdrawals: readonly Withdrawal[] = [
  { channelId: idAt(channelIds, 0), party: 0, total: 1n, deadline: 1_790_003_600n },
  { channelId: idAt(channelIds, 1), party: 1, total: 987_654_321n, deadline: 1_790_003_600n },
  { channelId: idAt(channelIds, 2), party: 0, total: MAX_UINT128, deadline: MAX_UINT64 },
]

const closeRequests: readonly CloseRequest[] = [
  { ids: [idAt(channelIds, 0)], deadline: 1_790_003_600n },
  { ids: [idAt(virtualIds, 0)], deadline: 0n },
  { ids: virtualIds, deadline: MAX_UINT64 },
  { ids: [], deadline: 1_790_003_600n },
]

export const sessions: readonly Session[] = ([0, 1] as const).map((role) => ({
  nonceInitiator: hashOf('nonce of the initiator'),
  nonceResponder: hashOf('nonce of the responder'),
  keyInitiator: hashOf('key of the initiator'),
  keyResponder: hashOf('key of the responder'),
  initiator: signerAt(0).address,
  responder: signerAt(1).address,
  minVersionInitiator: 1,
  maxVersionInitiator: 1,
  minVersionResponder: 1,
  maxVersionResponder: 3,
  role,
}))

function signedCases<T extends object>(values: readonly T[], digestOf: (value: T) => Hex) {
  return values.map((value, n) => {
    const signer = signerAt(n)
    const digest = digestOf(value)
    return { ...value, digest, signer: signer.address, signature: signer.sign(digest) }
  })
}

export const signedFiles: readonly Generated[] = [
  vectorFile('lane-vouchers', 'Lane vouchers: digest and a signature.', signedCases(laneVouchers, digests.laneVoucher)),
  vectorFile(
    'vouchers',
    'Vouchers of virtual channels: digest and a signature.',
    signedCases(vouchers, digests.voucher),
  ),
  vectorFile('closes', 'Cooperative closes: digest and a signature.', signedCases(closes, digests.close)),
  vectorFile(
    'withdrawals',
    'Cooperative withdrawals: digest and a signature.',
    signedCases(withdrawals, digests.withdrawal),
  ),
  vectorFile(
    'close-requests',
    'Requests to close channels or virtual channels: digest and a signature.',
    signedCases(closeRequests, digests.closeRequest),
  ),
  vectorFile(
    'sessions',
    'What both ends of a session sign, each with its own role: digest and signature.',
    signedCases(sessions, digests.session),
  ),
]
