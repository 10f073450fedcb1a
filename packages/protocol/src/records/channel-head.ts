import { list, optional, struct, union } from '../codec/composite-fields.ts'
import { address, bit, bytes32, signature, text, uint64, uint128 } from '../codec/value-fields.ts'
import type { HeldUpdates, RefusedUpdates } from '../lane/in-lane.ts'
import type { CountersignedVoucher } from '../lane/out-lane.ts'
import { PIPELINE_LIMIT } from '../lane/replay.ts'
import { laneVoucher, withdrawal } from '../messages/fields/signed-fields.ts'
import { channelTerms } from '../messages/fields/terms-fields.ts'
import { laneUpdate } from '../messages/lane-messages.ts'
import type { ChannelRecord, SignedWithdrawal } from './channel.ts'
import { channelPhase } from './channel-phase-field.ts'

/** A channel without its lanes' locks and updates, which lie in entries of their own. */
export interface ChannelHead extends Omit<ChannelRecord, 'out' | 'in'> {
  readonly outSigned?: CountersignedVoucher
  readonly askedSeq: bigint
  readonly inSigned?: CountersignedVoucher
  readonly waitingSince?: bigint
  readonly refusedThrough: bigint
  readonly refused?: RefusedUpdates
  readonly held?: HeldUpdates
}

const countersigned = struct<CountersignedVoucher>({
  voucher: laneVoucher,
  payerSignature: signature,
  receiverSignature: signature,
})

const signedWithdrawal = union<SignedWithdrawal>({
  signed: struct({ withdrawal }),
  refused: struct({ withdrawal, code: text }),
  agreed: struct({ withdrawal, peerSignature: signature }),
})

export const channelHead = struct<ChannelHead>({
  channelId: bytes32,
  terms: channelTerms,
  self: bit,
  peer: address,
  phase: channelPhase,
  surplus: uint128,
  withdrawals: list(signedWithdrawal, 0, 64),
  outSigned: optional(countersigned),
  askedSeq: uint64,
  waitingSince: optional(uint64),
  inSigned: optional(countersigned),
  refusedThrough: uint64,
  refused: optional(struct<RefusedUpdates>({ seq: uint64, lowestPaid: uint128 })),
  held: optional(struct<HeldUpdates>({ updates: list(laneUpdate, 1, PIPELINE_LIMIT), since: uint64 })),
})

/** What of a channel lies in its head. */
export function headOf({ out, in: incoming, ...rest }: ChannelRecord): ChannelHead {
  return {
    ...rest,
    ...(out.base.signed && { outSigned: out.base.signed }),
    askedSeq: out.askedSeq,
    ...(out.waitingSince !== undefined && { waitingSince: out.waitingSince }),
    ...(incoming.base.signed && { inSigned: incoming.base.signed }),
    refusedThrough: incoming.refusedThrough,
    ...(incoming.refused && { refused: incoming.refused }),
    ...(incoming.held && { held: incoming.held }),
  }
}

/** Whether two heads hold the very same values. */
export function sameHead(one: ChannelHead, other: ChannelHead): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof ChannelHead>
  return [...names].every((name) => one[name] === other[name])
}
