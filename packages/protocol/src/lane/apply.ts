import { MAX_UINT128 } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Id } from '../hex.ts'
import { type Node, width } from '../locks/node.ts'
import { clearLock, lowestFreeSlot, setLock } from '../locks/tree.ts'
import type { LaneHashing } from './hashing.ts'
import type { Operation } from './operation.ts'
import { holdsLock, type LaneState, type VirtualLock, virtualLockAt } from './state.ts'

/** Where a virtual channel's lock probably stands, so that it need not be searched. */
export type SlotHint = (virtualId: Id) => number | undefined

/** The slot that holds a virtual channel's lock, if one does. */
export function slotOf(state: LaneState, virtualId: Id, hint?: number): number | undefined {
  if (hint !== undefined && holdsLock(state, hint, virtualId)) return hint
  return findSlot(state.locks.top, state.locks.depth, 0, virtualId)
}

function findSlot(node: Node | undefined, depth: number, first: number, virtualId: Id): number | undefined {
  if (node === undefined) return undefined
  if (node.type === 'leaf') return (node.lock as VirtualLock).virtualId === virtualId ? first : undefined
  const left = findSlot(node.left, depth - 1, first, virtualId)
  return left ?? findSlot(node.right, depth - 1, first + width(depth - 1), virtualId)
}

function within(field: string, value: bigint): bigint {
  if (value < 0n || value > MAX_UINT128)
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field, value, max: MAX_UINT128 })
  return value
}

function add(hashing: LaneHashing, state: LaneState, operation: Extract<Operation, { type: 'add' }>): LaneState {
  const { digests, crypto } = hashing
  const virtualId = digests.virtualId(operation.terms)
  const amount = operation.terms.capacity
  const lock: VirtualLock = { amount, condition: digests.virtualCondition(virtualId), virtualId }
  return {
    ...state,
    locked: within('locked', state.locked + amount),
    locks: setLock(crypto.keccak256, state.locks, lowestFreeSlot(state.locks), lock),
  }
}

function fold(
  hashing: LaneHashing,
  state: LaneState,
  { virtualId, amount }: Extract<Operation, { type: 'fold' }>,
  hint: SlotHint | undefined,
): LaneState {
  const slot = slotOf(state, virtualId, hint?.(virtualId))
  const lock = slot === undefined ? undefined : virtualLockAt(state, slot)
  if (slot === undefined || lock === undefined) throw new ProtocolError('FOLD_LOCK_UNKNOWN', { virtualId })
  if (amount < 0n || amount > lock.amount) {
    throw new ProtocolError('FOLD_ABOVE_LOCK', { virtualId, amount, lock: lock.amount })
  }
  return {
    ...state,
    paid: within('paid', state.paid + amount),
    locked: state.locked - lock.amount,
    locks: clearLock(hashing.crypto.keccak256, state.locks, slot),
  }
}

/**
 * The lane after one operation; `seq` stays. Checks only that the operation is possible, not that it is allowed.
 *
 * @throws ProtocolError `FOLD_LOCK_UNKNOWN`, `FOLD_ABOVE_LOCK`, `NUMBER_OUT_OF_RANGE`.
 */
export function applyOperation(
  hashing: LaneHashing,
  state: LaneState,
  operation: Operation,
  hint?: SlotHint,
): LaneState {
  switch (operation.type) {
    case 'add':
      return add(hashing, state, operation)
    case 'fold':
      return fold(hashing, state, operation, hint)
    case 'pay':
      return { ...state, paid: within('paid', state.paid + within('amount', operation.amount)) }
  }
}

/** The lane after all operations in order; see {@link applyOperation}. */
export function applyOperations(
  hashing: LaneHashing,
  state: LaneState,
  operations: readonly Operation[],
  hint?: SlotHint,
): LaneState {
  return operations.reduce((reached, operation) => applyOperation(hashing, reached, operation, hint), state)
}
