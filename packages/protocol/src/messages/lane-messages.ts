import { list, optional, refine, struct, union, type Variants } from '../codec/composite-fields.ts'
import { address, bit, bytes32, signature, uint8, uint64, uint128 } from '../codec/value-fields.ts'
import type { LaneUpdate, Memo, Operation } from '../lane/operation.ts'
import type { LockSubject } from '../lane/state.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import { MAX_PATH, MIN_PATH } from '../terms/terms-check.ts'
import { openStruct } from './fields/ignorable.ts'
import { countersignature, laneVoucher } from './fields/signed-fields.ts'
import { virtualTerms } from './fields/terms-fields.ts'
import { reasonCode } from './fields/text-fields.ts'
import { MAX_OPERATIONS } from './limits.ts'
import type {
  AcceptedMessage,
  CountersignMessage,
  CountersignRequestMessage,
  RefuseMessage,
  UpdateMessage,
} from './types.ts'

export const memo = struct<Memo>({
  until: list(uint64, MIN_PATH - 1, MAX_PATH - 1),
  fees: list(uint128, MIN_PATH - 2, MAX_PATH - 2),
})

/** Whom a lock asks what it pays. */
export const lockSubject = struct<LockSubject>({ resolver: address, id: bytes32, side: uint8 })

const add = refine(
  struct<{ readonly terms: VirtualTerms; readonly memo: Memo }>({ terms: virtualTerms, memo }),
  'an add whose memo has one `until` a hop and one fee an intermediary',
  (value) =>
    value.memo.until.length === value.terms.path.length - 1 && value.memo.fees.length === value.terms.path.length - 2,
)

const operation = union<Operation>({
  add,
  lock: struct({ subject: lockSubject, amount: uint128, until: uint64 }),
  fold: struct({ lockId: bytes32, amount: uint128 }),
  pay: struct({ amount: uint128 }),
})

export const laneUpdate = struct<LaneUpdate>({
  base: uint64,
  operations: list(operation, 0, MAX_OPERATIONS),
  voucher: laneVoucher,
  signature,
})

/** What moves the lanes of a channel. */
export const laneMessages: Variants<
  UpdateMessage | AcceptedMessage | RefuseMessage | CountersignMessage | CountersignRequestMessage,
  'type'
> = {
  update: openStruct({ update: laneUpdate, countersignature: optional(countersignature) }),
  accepted: openStruct({ channelId: bytes32, lane: bit, seq: uint64 }),
  refuse: openStruct({ channelId: bytes32, lane: bit, seq: uint64, newest: uint64, code: reasonCode }),
  countersign: openStruct({ channelId: bytes32, lane: bit, seq: uint64, signature }),
  countersignRequest: openStruct({ channelId: bytes32, lane: bit }),
}
