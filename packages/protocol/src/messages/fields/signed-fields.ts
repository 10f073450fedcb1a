import { optional, struct, union } from '../../codec/composite-fields.ts'
import { bit, bytes32, repeated32, signature, uint32, uint64, uint128 } from '../../codec/value-fields.ts'
import type { Countersignature } from '../../lane/countersign.ts'
import type { Close, LaneVoucher, SignedVoucher, Tick, Voucher, Withdrawal } from '../../terms/voucher.ts'
import type { Answer } from '../types.ts'
import { reasonCode } from './text-fields.ts'

export const laneVoucher = struct<LaneVoucher>({
  channelId: bytes32,
  lane: bit,
  seq: uint64,
  paid: uint128,
  locked: uint128,
  locksRoot: bytes32,
})

const voucher = struct<Voucher>({
  virtualId: repeated32,
  amount: uint128,
  tickAnchor: repeated32,
  tickValue: uint128,
  tickCount: uint32,
})

const tick = struct<Tick>({ index: uint32, preimage: bytes32 })

export const signedVoucher = struct<SignedVoucher>({ voucher, signature, tick: optional(tick) })

export const close = struct<Close>({ channelId: bytes32, from: bit, amount: uint128, deadline: uint64 })

export const withdrawal = struct<Withdrawal>({ channelId: bytes32, party: bit, total: uint128, deadline: uint64 })

export const countersignature = struct<Countersignature>({ seq: uint64, signature })

export const answer = union<Answer>({
  signed: struct({ signature }),
  refused: struct({ code: reasonCode }),
})
