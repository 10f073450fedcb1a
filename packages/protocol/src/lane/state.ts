import type { Lock } from '../locks/lock.ts'
import { emptyLocks, type LockTree, lockAt } from '../locks/tree.ts'
import type { Address, Id } from '../primitives/hex.ts'

/** Whom a lock asks what it pays: a resolver on chain, and of what. */
export interface LockSubject {
  readonly resolver: Address
  readonly id: Id
  /** uint8. */
  readonly side: number
}

/** A lock of a lane, whatever decides it. */
export interface LaneLock extends Lock {
  /** What names it in a lane: the id of the virtual channel that decides it, or the condition of one that another resolver does. */
  readonly lockId: Id
  /** Absent where a virtual channel decides it. */
  readonly subject?: LockSubject
}

/** What a lane voucher stands for, held alike by both sides. Amounts are base units. */
export interface LaneState {
  /** 0: the empty lane, before any voucher. */
  readonly seq: bigint
  /** Running total, never falls. */
  readonly paid: bigint
  /** Sum of the locks. */
  readonly locked: bigint
  /** Every lock in it is a {@link LaneLock}. */
  readonly locks: LockTree
}

/** The lane before its first voucher. */
export const emptyLane: LaneState = { seq: 0n, paid: 0n, locked: 0n, locks: emptyLocks }

/** The lock in a slot of a lane, if there is one. */
export function laneLockAt(state: LaneState, slot: number): LaneLock | undefined {
  return lockAt(state.locks, slot) as LaneLock | undefined
}

/** Whether the lock stands in this slot of the lane. */
export function holdsLock(state: LaneState, slot: number, lockId: Id): boolean {
  return laneLockAt(state, slot)?.lockId === lockId
}
