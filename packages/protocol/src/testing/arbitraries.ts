import fc from 'fast-check'
import type { Session } from '../handshake/session.ts'
import type { Countersignature } from '../lane/countersign.ts'
import type { LaneUpdate, Operation } from '../lane/operation.ts'
import type { Answer, Frame, PeerMessage, ReliableMessage, VolatileMessage } from '../messages/types.ts'
import { bytesToHex, MAX_UINT64, MAX_UINT128 } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'
import type { ChannelTerms, VirtualTerms } from '../terms/terms.ts'
import type { Close, CloseRequest, LaneVoucher, SignedVoucher, Voucher, Withdrawal } from '../terms/voucher.ts'

const hex = (length: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytesToHex(bytes))
const bit = fc.constantFrom(0, 1)
const maybe = <Name extends string, T>(name: Name, value: fc.Arbitrary<T>): fc.Arbitrary<{ [K in Name]?: T }> =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [name]: one }) as { [K in Name]?: T })

export const anyAddress = hex(20)
export const anyHash = hex(32)
export const anySignature = hex(65)
const anyUint8 = fc.nat(255)
export const anyUint32 = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat())
export const anyUint64 = fc.oneof(fc.constantFrom(0n, 1n, MAX_UINT64), fc.bigInt({ min: 0n, max: MAX_UINT64 }))
export const anyUint128 = fc.oneof(fc.constantFrom(0n, 1n, MAX_UINT128), fc.bigInt({ min: 0n, max: MAX_UINT128 }))
export const anyCode = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,63}$/)
const anyText = fc.stringMatching(/^[ -~]{0,256}$/)
const anyParty = fc.record({ account: anyAddress, signer: anyAddress })

export const anyChannelTerms: fc.Arbitrary<ChannelTerms> = fc.record({
  a: anyParty,
  b: anyParty,
  token: anyAddress,
  disputeWindow: anyUint32,
  nonce: anyUint64,
})

export const anyVirtualTerms: fc.Arbitrary<VirtualTerms> = fc.record({
  path: fc.array(anyAddress, { minLength: 2, maxLength: 6 }),
  token: anyAddress,
  capacity: anyUint128,
  disputeWindow: anyUint32,
  nonce: anyUint64,
})

export const anyLaneVoucher: fc.Arbitrary<LaneVoucher> = fc.record({
  channelId: anyHash,
  lane: bit,
  seq: anyUint64,
  paid: anyUint128,
  locked: anyUint128,
  locksRoot: anyHash,
})

export const anyVoucher: fc.Arbitrary<Voucher> = fc.record({
  virtualId: anyHash,
  amount: anyUint128,
  tickAnchor: anyHash,
  tickValue: anyUint128,
  tickCount: anyUint32,
})

export const anySignedVoucher: fc.Arbitrary<SignedVoucher> = fc
  .tuple(
    fc.record({ voucher: anyVoucher, signature: anySignature }),
    maybe('tick', fc.record({ index: anyUint32, preimage: anyHash })),
  )
  .map(([signed, tick]) => ({ ...signed, ...tick }))

export const anyCloseRequest: fc.Arbitrary<CloseRequest> = fc.record({
  ids: fc.array(anyHash, { maxLength: 4 }),
  deadline: anyUint64,
})

export const anyClose: fc.Arbitrary<Close> = fc.record({
  channelId: anyHash,
  from: bit,
  amount: anyUint128,
  deadline: anyUint64,
})

export const anyWithdrawal: fc.Arbitrary<Withdrawal> = fc.record({
  channelId: anyHash,
  party: bit,
  total: anyUint128,
  deadline: anyUint64,
})

export const anySession: fc.Arbitrary<Session> = fc.record({
  nonceInitiator: anyHash,
  nonceResponder: anyHash,
  keyInitiator: anyHash,
  keyResponder: anyHash,
  initiator: anyAddress,
  responder: anyAddress,
  minVersionInitiator: anyUint8,
  maxVersionInitiator: anyUint8,
  minVersionResponder: anyUint8,
  maxVersionResponder: anyUint8,
  role: bit,
})

const anyAdd: fc.Arbitrary<Operation> = anyVirtualTerms.chain((terms) => {
  const exactly = (length: number) => ({ minLength: length, maxLength: length })
  return fc.record({
    type: fc.constant('add'),
    terms: fc.constant(terms),
    memo: fc.record({
      until: fc.array(anyUint64, exactly(terms.path.length - 1)),
      fees: fc.array(anyUint128, exactly(terms.path.length - 2)),
    }),
  })
})

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  anyAdd,
  fc.record({ type: fc.constant('fold'), lockId: anyHash, amount: anyUint128 }),
  fc.record({ type: fc.constant('pay'), amount: anyUint128 }),
)

export const anyLaneUpdate: fc.Arbitrary<LaneUpdate> = fc.record({
  base: anyUint64,
  operations: fc.array(anyOperation, { maxLength: 4 }),
  voucher: anyLaneVoucher,
  signature: anySignature,
})

const anyCountersignature: fc.Arbitrary<Countersignature> = fc.record({ seq: anyUint64, signature: anySignature })

const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ type: fc.constant('signed'), signature: anySignature }),
  fc.record({ type: fc.constant('refused'), code: anyCode }),
)

const lane = { channelId: anyHash, lane: bit }

export const anyReliableMessage: fc.Arbitrary<ReliableMessage> = fc.oneof(
  fc.record({ type: fc.constant('propose'), terms: anyChannelTerms }),
  fc.record({ type: fc.constant('agree'), channelId: anyHash }),
  fc.record({ type: fc.constant('reject'), channelId: anyHash, code: anyCode, text: anyText }),
  fc
    .tuple(
      fc.record({ type: fc.constant('update'), update: anyLaneUpdate }),
      maybe('countersignature', anyCountersignature),
    )
    .map(([message, extra]) => ({ ...message, ...extra })),
  fc.record({ type: fc.constant('accepted'), ...lane, seq: anyUint64 }),
  fc.record({ type: fc.constant('refuse'), ...lane, seq: anyUint64, newest: anyUint64, code: anyCode }),
  fc.record({ type: fc.constant('countersign'), ...lane, seq: anyUint64, signature: anySignature }),
  fc.record({ type: fc.constant('countersignRequest'), ...lane }),
  fc.record({ type: fc.constant('decline'), virtualId: anyHash, code: anyCode, returned: anyUint128 }),
  fc.record({ type: fc.constant('requestClose'), virtualId: anyHash }),
  fc.record({
    type: fc.constant('prolong'),
    virtualId: anyHash,
    until: anyUint64,
    fees: fc.array(anyUint128, { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('prolongDecline'),
    virtualId: anyHash,
    until: anyUint64,
    code: anyCode,
    returned: anyUint128,
  }),
  fc
    .tuple(fc.record({ type: fc.constant('claim'), virtualId: anyHash }), maybe('voucher', anySignedVoucher))
    .map(([message, extra]) => ({ ...message, ...extra })),
  fc.record({ type: fc.constant('close'), close: anyClose, signature: anySignature }),
  fc.record({ type: fc.constant('closeAnswer'), close: anyClose, answer: anyAnswer }),
  fc
    .tuple(
      fc.record({ type: fc.constant('withdraw'), withdrawal: anyWithdrawal, signature: anySignature }),
      maybe('countersignature', anyCountersignature),
    )
    .map(([message, extra]) => ({ ...message, ...extra })),
  fc.record({ type: fc.constant('withdrawAnswer'), withdrawal: anyWithdrawal, answer: anyAnswer }),
)

export const anyVolatileMessage: fc.Arbitrary<VolatileMessage> = fc.oneof(
  fc
    .tuple(fc.record({ type: fc.constant('voucher'), signed: anySignedVoucher }), maybe('terms', anyVirtualTerms))
    .map(([message, extra]) => ({ ...message, ...extra })),
  fc.record({ type: fc.constant('voucherAccepted'), virtualId: anyHash, amount: anyUint128 }),
  fc.record({ type: fc.constant('voucherRefused'), virtualId: anyHash, amount: anyUint128, code: anyCode }),
  fc.record({ type: fc.constant('tick'), virtualId: anyHash, anchor: anyHash, index: anyUint32, preimage: anyHash }),
  fc
    .tuple(
      fc.record({
        type: fc.constant('_policy'),
        locksMax: anyUint32,
        capacities: fc.array(fc.record({ token: anyAddress, least: anyUint128 }), { maxLength: 16 }),
        nonceAgeMax: anyUint32,
        virtualWindowMin: anyUint32,
        virtualWindowMax: anyUint32,
        lifetimeMin: anyUint32,
        lifetimeMax: anyUint32,
      }),
      maybe(
        'forwarding',
        fc.record({
          feeBase: anyUint128,
          feePartsPerMillion: anyUint32,
          feePerHour: anyUint32,
          feeHold: anyUint32,
          feeWindow: anyUint32,
          hopMargin: anyUint32,
        }),
      ),
    )
    .map(([message, extra]) => ({ ...message, ...extra })),
)

export const anyPeerMessage: fc.Arbitrary<PeerMessage> = fc.oneof(anyReliableMessage, anyVolatileMessage)

const anyStandings = fc
  .uniqueArray(
    fc.record({
      channelId: anyHash,
      sent: anyUint64,
      received: anyUint64,
      countersigned: anyUint64,
      held: anyUint64,
    }),
    { selector: (standing) => standing.channelId, maxLength: 4 },
  )
  .map((standings) => standings.toSorted((a, b) => (a.channelId < b.channelId ? -1 : 1)))

const anyFeatures = fc.uniqueArray(anyUint32, { maxLength: 8 }).map((numbers) => numbers.toSorted((x, y) => x - y))

export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('hello'),
    next: anyUint64,
    oldest: anyUint64,
    account: anyAddress,
    features: anyFeatures,
    channels: anyStandings,
  }),
  fc.record({ kind: fc.constant('data'), number: anyUint64, message: anyReliableMessage }),
  fc.record({ kind: fc.constant('ack'), number: anyUint64 }),
  fc.record({ kind: fc.constant('volatile'), message: anyVolatileMessage }),
)
