import fc from 'fast-check'
import { encodeAbiParameters, hashTypedData, keccak256 as viemKeccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { MAX_UINT64, MAX_UINT128 } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'
import {
  anyAddress,
  anyChannelTerms,
  anyClose,
  anyCloseRequest,
  anyHash,
  anyLaneVoucher,
  anySession,
  anyVirtualTerms,
  anyVoucher,
  anyWithdrawal,
} from '../testing/arbitraries.ts'
import { testCrypto } from '../testing/crypto.ts'
import { createDigests } from './digests.ts'

const code = (code: string) => expect.objectContaining({ code })
const contract = '0x5fbdb2315678afecb367f032d93f642f64180aa3'
const digests = createDigests({ chainId: 314n, contract }, testCrypto)

const fields = (...list: readonly string[]) =>
  list.map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { type, name }
  })

const types = {
  Party: fields('address account', 'address signer'),
  ChannelTerms: fields('Party a', 'Party b', 'address token', 'uint32 disputeWindow', 'uint64 nonce'),
  VirtualTerms: fields('address[] path', 'address token', 'uint128 capacity', 'uint32 disputeWindow', 'uint64 nonce'),
  LaneVoucher: fields(
    'bytes32 channelId',
    'uint8 lane',
    'uint64 seq',
    'uint128 paid',
    'uint128 locked',
    'bytes32 locksRoot',
  ),
  Voucher: fields('bytes32 virtualId', 'uint128 amount', 'bytes32 tickAnchor', 'uint128 tickValue', 'uint32 tickCount'),
  Close: fields('bytes32 channelId', 'uint8 from', 'uint128 amount', 'uint64 deadline'),
  Withdrawal: fields('bytes32 channelId', 'uint8 party', 'uint128 total', 'uint64 deadline'),
  CloseRequest: fields('bytes32[] ids', 'uint64 deadline'),
  Session: fields(
    'bytes32 nonceInitiator',
    'bytes32 nonceResponder',
    'bytes32 keyInitiator',
    'bytes32 keyResponder',
    'address initiator',
    'address responder',
    'uint8 minVersionInitiator',
    'uint8 maxVersionInitiator',
    'uint8 minVersionResponder',
    'uint8 maxVersionResponder',
    'uint8 role',
  ),
}

const byViem = (primaryType: keyof typeof types, message: object): Hex =>
  hashTypedData({
    domain: { name: 'Sluice', version: '1', chainId: 314, verifyingContract: contract },
    types,
    primaryType,
    message: message as Record<string, unknown>,
  })

function same<T extends object>(
  primaryType: keyof typeof types,
  any: fc.Arbitrary<T>,
  digest: (value: T) => Hex,
): void {
  fc.assert(
    fc.property(any, (value) => {
      expect(digest(value)).toBe(byViem(primaryType, value))
    }),
  )
}

describe('the digests', () => {
  it('are those of viem for every struct', () => {
    same('ChannelTerms', anyChannelTerms, digests.channelId)
    same('VirtualTerms', anyVirtualTerms, digests.virtualId)
    same('LaneVoucher', anyLaneVoucher, digests.laneVoucher)
    same('Voucher', anyVoucher, digests.voucher)
    same('Close', anyClose, digests.close)
    same('Withdrawal', anyWithdrawal, digests.withdrawal)
    same('CloseRequest', anyCloseRequest, digests.closeRequest)
    same('Session', anySession, digests.session)
  })

  it('have the conditions of abi.encode', () => {
    const parameters = [{ type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }] as const
    fc.assert(
      fc.property(anyAddress, anyHash, fc.nat(255), (resolver, id, side) => {
        expect(digests.condition(resolver, id, side)).toBe(
          viemKeccak256(encodeAbiParameters(parameters, [resolver, id, side])),
        )
        expect(digests.virtualCondition(id)).toBe(digests.condition(contract, id, 0))
      }),
    )
  })

  it('are bound to the chain and the contract', () => {
    const request = { ids: [`0x${'11'.repeat(32)}`], deadline: 1n } as const
    const elsewhere = createDigests({ chainId: 314159n, contract }, testCrypto)
    const redeployed = createDigests({ chainId: 314n, contract: `0x${'22'.repeat(20)}` }, testCrypto)
    expect(new Set([digests, elsewhere, redeployed].map((one) => one.closeRequest(request))).size).toBe(3)
  })

  it('hash the separator and the types once', () => {
    let hashes = 0
    const keccak256 = (bytes: Uint8Array) => {
      hashes++
      return testCrypto.keccak256(bytes)
    }
    const counted = createDigests({ chainId: 314n, contract }, { keccak256 })
    hashes = 0
    counted.withdrawal({ channelId: `0x${'11'.repeat(32)}`, party: 0, total: 1n, deadline: 1n })
    expect(hashes).toBe(2)
  })

  it('refuse a value that its type does not hold, and name it', () => {
    const hash: Hex = `0x${'11'.repeat(32)}`
    const wrong = (field: string) => expect.objectContaining({ details: expect.objectContaining({ field }) })
    const voucher = { channelId: hash, lane: 0, seq: 1n, paid: 0n, locked: 0n, locksRoot: hash } as const
    expect(() => digests.laneVoucher({ ...voucher, seq: MAX_UINT64 + 1n })).toThrow(wrong('seq'))
    expect(() => digests.laneVoucher({ ...voucher, paid: MAX_UINT128 + 1n })).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => digests.laneVoucher({ ...voucher, locked: -1n })).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => digests.laneVoucher({ ...voucher, locksRoot: '0x00' })).toThrow(wrong('locksRoot'))
    expect(() => digests.condition(contract, hash, 256)).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => digests.condition(contract.toUpperCase() as Hex, hash, 0)).toThrow(code('HEX_INVALID'))
    expect(() => createDigests({ chainId: -1n, contract }, testCrypto)).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => createDigests({ chainId: 1n, contract: '0x' }, testCrypto)).toThrow(code('HEX_INVALID'))
  })
})
