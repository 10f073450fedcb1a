import { encode } from '@ipld/dag-cbor'
import type { LaneUpdate } from '../../src/lane/operation.ts'
import { decodeFrame, encodeFrame, encodeMessage } from '../../src/messages/codec.ts'
import type { Frame, ReliableMessage, VolatileMessage } from '../../src/messages/types.ts'
import { bytesToHex, hexToBytes } from '../../src/primitives/bytes.ts'
import { tickAt } from '../../src/terms/ticks.ts'
import type { SignedVoucher, Voucher } from '../../src/terms/voucher.ts'
import type { Generated } from '../generated.ts'
import { refusedCases } from './refused.ts'
import { digests, hashOf, keccak256, signerAt } from './scene.ts'
import { closes, laneVouchers, vouchers, withdrawals } from './signed.ts'
import { channels, virtuals } from './terms.ts'
import { vectorFile } from './vector-file.ts'

function first<T>(list: readonly T[], n = 0): T {
  const item = list[n]
  if (item === undefined) throw new Error(`there is no item ${n}`)
  return item
}

const channelTerms = first(channels, 1)
const channelId = digests.channelId(channelTerms)
const terms = first(virtuals, 1)
const virtualId = digests.virtualId(terms)
const laneVoucher = first(laneVouchers, 2)
const close = first(closes, 1)
const withdrawal = first(withdrawals, 1)
const signer = signerAt(0)
const signature = signer.sign(digests.laneVoucher(laneVoucher))
const countersignature = { seq: 7n, signature: signerAt(1).sign(digests.laneVoucher(first(laneVouchers, 3))) }

const signed = (voucher: Voucher): SignedVoucher => ({ voucher, signature: signer.sign(digests.voucher(voucher)) })
const plain = signed(first(vouchers, 1))
const ticking: SignedVoucher = {
  ...signed(first(vouchers, 3)),
  tick: tickAt(keccak256, hashOf('seed 10'), 10, 4),
}

const limits = {
  locksMax: 1024,
  nonceAgeMax: 60,
  virtualWindowMin: 3_600,
  virtualWindowMax: 604_800,
  lifetimeMin: 1_800,
  lifetimeMax: 604_800,
}

const update: LaneUpdate = {
  base: laneVoucher.seq - 1n,
  operations: [
    { type: 'add', terms, memo: { until: [1_790_010_000n, 1_790_009_000n], fees: [25n] } },
    { type: 'pay', amount: 25n },
    {
      type: 'lock',
      subject: { resolver: channelTerms.a.account, id: hashOf('what a resolver is asked'), side: 1 },
      amount: 70n,
      until: 1_790_009_500n,
    },
    { type: 'fold', lockId: hashOf('another virtual channel'), amount: 1_000n },
  ],
  voucher: laneVoucher,
  signature,
}

const reliable: readonly ReliableMessage[] = [
  { type: 'propose', terms: channelTerms },
  { type: 'agree', channelId },
  { type: 'reject', channelId, code: 'CHANNEL_CLOSING', text: 'This hub stops at noon.' },
  { type: 'reject', channelId, code: 'X', text: '' },
  { type: 'update', update },
  { type: 'update', update, countersignature },
  { type: 'update', update: { ...update, base: 0n, operations: [] } },
  { type: 'accepted', channelId, lane: 0, seq: 9n },
  { type: 'refuse', channelId, lane: 1, seq: 10n, newest: 9n, code: 'LANE_OVERSPENT' },
  { type: 'countersign', channelId, lane: 1, seq: 9n, signature: countersignature.signature },
  { type: 'countersignRequest', channelId, lane: 0 },
  { type: 'decline', virtualId, code: 'FORWARD_UNREACHABLE', returned: 25n },
  { type: 'prolong', virtualId, until: 1_800_003_600n, fees: [3n, 0n] },
  { type: 'prolong', virtualId, until: 1_800_003_600n, fees: [] },
  { type: 'prolongDecline', virtualId, until: 1_800_003_600n, code: 'FEE_LOW', returned: 3n },
  { type: 'requestClose', virtualId },
  { type: 'claim', virtualId },
  { type: 'claim', virtualId, voucher: plain },
  { type: 'claim', virtualId, voucher: ticking },
  { type: 'close', close, signature: signer.sign(digests.close(close)) },
  { type: 'closeAnswer', close, answer: { type: 'signed', signature: signerAt(1).sign(digests.close(close)) } },
  { type: 'closeAnswer', close, answer: { type: 'refused', code: 'CLOSE_WITH_LOCKS' } },
  { type: 'withdraw', withdrawal, signature: signer.sign(digests.withdrawal(withdrawal)) },
  { type: 'withdraw', withdrawal, signature: signer.sign(digests.withdrawal(withdrawal)), countersignature },
  {
    type: 'withdrawAnswer',
    withdrawal,
    answer: { type: 'signed', signature: signerAt(1).sign(digests.withdrawal(withdrawal)) },
  },
  { type: 'withdrawAnswer', withdrawal, answer: { type: 'refused', code: 'WITHDRAWAL_TOO_MUCH' } },
]

const volatile: readonly VolatileMessage[] = [
  { type: 'voucher', signed: plain },
  { type: 'voucher', terms, signed: ticking },
  { type: 'voucherAccepted', virtualId, amount: 1_028n },
  { type: 'voucherRefused', virtualId, amount: 1n, code: 'PAYMENT_NOT_ABOVE' },
  {
    type: 'tick',
    virtualId,
    anchor: first(vouchers, 3).tickAnchor,
    ...tickAt(keccak256, hashOf('seed 10'), 10, 5),
  },
  { type: '_policy', ...limits, capacities: [] },
  {
    type: '_policy',
    ...limits,
    capacities: [{ token: signer.address, least: 10n ** 12n }],
    forwarding: {
      feeBase: 1_000n,
      feePartsPerMillion: 500,
      feePerHour: 10,
      feeHold: 87_600,
      feeWindow: 100,
      hopMargin: 600,
    },
  },
]

const frames: readonly Frame[] = [
  { kind: 'hello', next: 1n, oldest: 1n, account: signer.address, features: [], channels: [] },
  {
    kind: 'hello',
    next: 18n,
    oldest: 4n,
    account: signer.address,
    features: [1, 4, 65_537],
    channels: [channelId, digests.channelId(first(channels))]
      .toSorted()
      .map((id, n) => ({ channelId: id, sent: 9n, received: BigInt(n), countersigned: 0n, held: 8n })),
  },
  { kind: 'data', number: 17n, message: first(reliable, 5) },
  { kind: 'ack', number: 17n },
  { kind: 'ack', number: (1n << 64n) - 1n },
  { kind: 'volatile', message: first(volatile) },
]

const bytes8 = (last: number): Uint8Array => Uint8Array.from([0, 0, 0, 0, 0, 0, 0, last])
const later = { depth: [[1, 'two', { three: Uint8Array.of(3) }], []], empty: '', largest: 0xffff_ffff }

/** What a later version might say, as CBOR holds it. */
const extended: readonly unknown[] = [
  ['ack', { number: bytes8(17), _a: later }],
  ['ack', { number: bytes8(17), _a: 0, _zZ9: later, [`_${'n'.repeat(31)}`]: [[[[[[[[]]]]]]]] }],
  [
    'volatile',
    { message: ['voucherAccepted', { virtualId: hexToBytes(virtualId), amount: new Uint8Array(16), _b: 1 }] },
  ],
  [
    'hello',
    {
      next: bytes8(1),
      oldest: bytes8(1),
      account: hexToBytes(signer.address),
      features: [],
      channels: [
        {
          channelId: hexToBytes(channelId),
          sent: bytes8(1),
          received: bytes8(2),
          countersigned: bytes8(3),
          held: bytes8(4),
          _c: [later],
        },
      ],
      _d: 'text',
    },
  ],
  ['data', { number: bytes8(18), message: ['_gossip', { any: later }], _e: 1 }],
  ['volatile', { message: ['_gossip', {}] }],
  ['_frame', { any: later }],
]

export const messageFiles: readonly Generated[] = [
  vectorFile(
    'messages',
    'Messages and frames with their one encoding. Integers of 64 and 128 bits stand as decimal strings.',
    [
      ...[...reliable, ...volatile].map((value) => ({
        envelope: 'message',
        value,
        bytes: bytesToHex(encodeMessage(value)),
      })),
      ...frames.map((value) => ({ envelope: 'frame', value, bytes: bytesToHex(encodeFrame(value)) })),
    ],
  ),
  vectorFile(
    'messages-extended',
    'Frames with fields and messages of a later version, and what this version reads in them: the rest is ignored.',
    extended.map((content) => {
      const bytes = encode([1, ...(content as readonly unknown[])])
      return { value: decodeFrame(bytes), bytes: bytesToHex(bytes) }
    }),
  ),
  vectorFile('messages-refused', 'Bytes that are no message, and the code of the refusal.', refusedCases(channelId)),
]
