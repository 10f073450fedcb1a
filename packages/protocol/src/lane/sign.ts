import { locksRoot } from '../locks/tree.ts'
import type { Signer } from '../primitives/crypto.ts'
import type { Id } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { LaneIndex } from '../terms/terms.ts'
import type { LaneVoucher } from '../terms/voucher.ts'
import type { LaneUpdate } from './operation.ts'
import type { OutLane } from './out-lane.ts'
import type { LaneState } from './state.ts'

/** Which lane of which channel. */
export interface LaneName {
  readonly channelId: Id
  readonly lane: LaneIndex
}

/** What is signed of a lane's state. */
export function voucherOf({ channelId, lane }: LaneName, state: LaneState): LaneVoucher {
  const { seq, paid, locked, locks } = state
  return { channelId, lane, seq, paid, locked, locksRoot: locksRoot(locks) }
}

/**
 * The lane with its draft signed under the next unused seq, and the update to send; undefined without a draft.
 *
 * @param at Unix seconds.
 */
export function signDraft(
  { digests }: LaneHashing,
  signer: Signer,
  name: LaneName,
  lane: OutLane,
  at: bigint,
): { readonly lane: OutLane; readonly update: LaneUpdate } | undefined {
  const { draft, ...rest } = lane
  if (draft === undefined) return undefined
  const state: LaneState = { ...draft.state, seq: lane.nextSeq }
  const voucher = voucherOf(name, state)
  const update: LaneUpdate = {
    base: lane.current.seq,
    operations: draft.operations,
    voucher,
    signature: signer.sign(digests.laneVoucher(voucher)),
  }
  const updates = [...lane.updates, { update, status: 'sent', state } as const]
  return {
    lane: { ...rest, updates, current: state, nextSeq: lane.nextSeq + 1n, waitingSince: lane.waitingSince ?? at },
    update,
  }
}
