import type { Id } from '../hex.ts'
import type { Lock } from '../locks/lock.ts'
import { emptyLocks, type LockTree, lockAt } from '../locks/tree.ts'

/** A lock that a virtual channel decides. Every lock of a lane is one. */
export interface VirtualLock extends Lock {
  readonly virtualId: Id
}

/** What a lane voucher stands for, held alike by both sides. Amounts are base units. */
export interface LaneState {
  /** 0: the empty lane, before any voucher. */
  readonly seq: bigint
  /** Running total, never falls. */
  readonly paid: bigint
  /** Sum of the locks. */
  readonly locked: bigint
  /** Every lock in it is a {@link VirtualLock}. */
  readonly locks: LockTree
}

/** The lane before its first voucher. */
export const emptyLane: LaneState = { seq: 0n, paid: 0n, locked: 0n, locks: emptyLocks }

/** The lock in a slot of a lane, if there is one. */
export function virtualLockAt(state: LaneState, slot: number): VirtualLock | undefined {
  return lockAt(state.locks, slot) as VirtualLock | undefined
}

/** Whether the virtual channel's lock stands in this slot of the lane. */
export function holdsLock(state: LaneState, slot: number, virtualId: Id): boolean {
  return virtualLockAt(state, slot)?.virtualId === virtualId
}
