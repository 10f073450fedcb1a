import type { Session } from '../handshake/session.ts'
import { concatBytes } from '../primitives/bytes.ts'
import type { Crypto, Keccak256 } from '../primitives/crypto.ts'
import type { Address, Hex, Id } from '../primitives/hex.ts'
import type { ChannelTerms, Party, VirtualTerms } from '../terms/terms.ts'
import type { Close, CloseRequest, LaneVoucher, Voucher, Withdrawal } from '../terms/voucher.ts'
import { lockCondition } from './condition.ts'
import {
  addressWord,
  bytes32Word,
  type Domain,
  encodeWords,
  hashDomain,
  hashStruct,
  hashType,
  hashTypedData,
  hashWord,
  uintWord,
  type Word,
} from './eip712.ts'

const PARTY_TYPE = 'Party(address account,address signer)'

/** The EIP-712 type strings of everything that is hashed under the domain. */
export const TYPES = {
  Party: PARTY_TYPE,
  ChannelTerms: `ChannelTerms(Party a,Party b,address token,uint32 disputeWindow,uint64 nonce)${PARTY_TYPE}`,
  VirtualTerms: 'VirtualTerms(address[] path,address token,uint128 capacity,uint32 disputeWindow,uint64 nonce)',
  LaneVoucher: 'LaneVoucher(bytes32 channelId,uint8 lane,uint64 seq,uint128 paid,uint128 locked,bytes32 locksRoot)',
  Voucher: 'Voucher(bytes32 virtualId,uint128 amount,bytes32 tickAnchor,uint128 tickValue,uint32 tickCount)',
  Close: 'Close(bytes32 channelId,uint8 from,uint128 amount,uint64 deadline)',
  Withdrawal: 'Withdrawal(bytes32 channelId,uint8 party,uint128 total,uint64 deadline)',
  CloseRequest: 'CloseRequest(bytes32[] ids,uint64 deadline)',
  Session:
    'Session(bytes32 nonceInitiator,bytes32 nonceResponder,bytes32 keyInitiator,bytes32 keyResponder,address initiator,address responder,uint8 minVersionInitiator,uint8 maxVersionInitiator,uint8 minVersionResponder,uint8 maxVersionResponder,uint8 role)',
} as const

/**
 * The EIP-712 digests of one deployment, each 32 bytes. All throw ProtocolError `HEX_INVALID` or `NUMBER_OUT_OF_RANGE`
 * naming the field for a value that its type does not hold; none checks a rule beyond that.
 */
export interface Digests {
  readonly domain: Domain
  channelId(terms: ChannelTerms): Id
  virtualId(terms: VirtualTerms): Id
  laneVoucher(voucher: LaneVoucher): Hex
  voucher(voucher: Voucher): Hex
  close(close: Close): Hex
  withdrawal(withdrawal: Withdrawal): Hex
  closeRequest(request: CloseRequest): Hex
  session(session: Session): Hex
  /** The condition of a lock; see {@link lockCondition}. */
  condition(resolver: Address, id: Id, side: number): Hex
  /** The condition of a virtual channel's lock: this deployment's contract resolves it, side 0. */
  virtualCondition(virtualId: Id): Hex
}

const uint8 = (name: string, value: number): Word => uintWord(name, value, 1)
const uint32 = (name: string, value: number): Word => uintWord(name, value, 4)
const uint64 = (name: string, value: bigint): Word => uintWord(name, value, 8)
const uint128 = (name: string, value: bigint): Word => uintWord(name, value, 16)

type TypeHashes = Readonly<Record<keyof typeof TYPES, Uint8Array>>

function hashTypes(keccak256: Keccak256): TypeHashes {
  const entries = Object.entries(TYPES).map(([name, type]) => [name, hashType(keccak256, type)])
  return Object.fromEntries(entries) as TypeHashes
}

function partyHash(keccak256: Keccak256, types: TypeHashes, party: Party): Word {
  return hashWord(
    hashStruct(keccak256, types.Party, [addressWord('account', party.account), addressWord('signer', party.signer)]),
  )
}

function pathHash(keccak256: Keccak256, path: readonly Address[]): Word {
  return hashWord(keccak256(concatBytes(...path.map((signer) => encodeWords([addressWord('path', signer)])))))
}

function idsHash(keccak256: Keccak256, ids: readonly Id[]): Word {
  return hashWord(keccak256(encodeWords(ids.map((id) => bytes32Word('ids', id)))))
}

/**
 * The digests under one domain. Its separator and the type hashes are computed here, once.
 *
 * @throws ProtocolError `HEX_INVALID`, `NUMBER_OUT_OF_RANGE` for a domain that cannot be.
 * @example
 * ```ts
 * const digests = createDigests({ chainId: 314n, contract: '0x…' }, { keccak256 })
 * const id = digests.channelId(terms)
 * ```
 */
export function createDigests(domain: Domain, { keccak256 }: Pick<Crypto, 'keccak256'>): Digests {
  const separator = hashDomain(keccak256, domain)
  const types = hashTypes(keccak256)
  // Terms travel through several rules as one object, each of which needs the id.
  const virtualIds = new WeakMap<VirtualTerms, Id>()
  const digest = (type: keyof typeof TYPES, ...words: readonly Word[]): Hex =>
    hashTypedData(keccak256, separator, hashStruct(keccak256, types[type], words))

  return {
    domain,
    channelId: (terms) =>
      digest(
        'ChannelTerms',
        partyHash(keccak256, types, terms.a),
        partyHash(keccak256, types, terms.b),
        addressWord('token', terms.token),
        uint32('disputeWindow', terms.disputeWindow),
        uint64('nonce', terms.nonce),
      ),
    virtualId(terms) {
      const known = virtualIds.get(terms)
      if (known !== undefined) return known
      const id = digest(
        'VirtualTerms',
        pathHash(keccak256, terms.path),
        addressWord('token', terms.token),
        uint128('capacity', terms.capacity),
        uint32('disputeWindow', terms.disputeWindow),
        uint64('nonce', terms.nonce),
      )
      virtualIds.set(terms, id)
      return id
    },
    laneVoucher: (voucher) =>
      digest(
        'LaneVoucher',
        bytes32Word('channelId', voucher.channelId),
        uint8('lane', voucher.lane),
        uint64('seq', voucher.seq),
        uint128('paid', voucher.paid),
        uint128('locked', voucher.locked),
        bytes32Word('locksRoot', voucher.locksRoot),
      ),
    voucher: (voucher) =>
      digest(
        'Voucher',
        bytes32Word('virtualId', voucher.virtualId),
        uint128('amount', voucher.amount),
        bytes32Word('tickAnchor', voucher.tickAnchor),
        uint128('tickValue', voucher.tickValue),
        uint32('tickCount', voucher.tickCount),
      ),
    close: (close) =>
      digest(
        'Close',
        bytes32Word('channelId', close.channelId),
        uint8('from', close.from),
        uint128('amount', close.amount),
        uint64('deadline', close.deadline),
      ),
    withdrawal: (withdrawal) =>
      digest(
        'Withdrawal',
        bytes32Word('channelId', withdrawal.channelId),
        uint8('party', withdrawal.party),
        uint128('total', withdrawal.total),
        uint64('deadline', withdrawal.deadline),
      ),
    closeRequest: ({ ids, deadline }) => digest('CloseRequest', idsHash(keccak256, ids), uint64('deadline', deadline)),
    session: (session) =>
      digest(
        'Session',
        bytes32Word('nonceInitiator', session.nonceInitiator),
        bytes32Word('nonceResponder', session.nonceResponder),
        bytes32Word('keyInitiator', session.keyInitiator),
        bytes32Word('keyResponder', session.keyResponder),
        addressWord('initiator', session.initiator),
        addressWord('responder', session.responder),
        uint8('minVersionInitiator', session.minVersionInitiator),
        uint8('maxVersionInitiator', session.maxVersionInitiator),
        uint8('minVersionResponder', session.minVersionResponder),
        uint8('maxVersionResponder', session.maxVersionResponder),
        uint8('role', session.role),
      ),
    condition: (resolver, id, side) => lockCondition(keccak256, resolver, id, side),
    virtualCondition: (virtualId) => lockCondition(keccak256, domain.contract, virtualId, 0),
  }
}
