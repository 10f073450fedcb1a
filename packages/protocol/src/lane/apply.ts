import { ProtocolError } from '../errors.ts'
import { Branch, type Node, width } from '../locks/node.ts'
import { clearLock, lowestFreeSlot, setLock } from '../locks/tree.ts'
import { MAX_UINT128 } from '../primitives/bytes.ts'
import type { Hex, Id } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { Operation } from './operation.ts'
import { holdsLock, type LaneLock, type LaneState, type LockSubject, laneLockAt } from './state.ts'

/** Where a lock probably stands, so that it need not be searched. */
export type SlotHint = (lockId: Id) => number | undefined

/** The slot that holds a lock, if one does. */
export function slotOf(state: LaneState, lockId: Id, hint?: number): number | undefined {
  if (hint !== undefined && holdsLock(state, hint, lockId)) return hint
  return findSlot(state.locks.top, state.locks.depth, 0, lockId)
}

function findSlot(node: Node | undefined, depth: number, first: number, lockId: Id): number | undefined {
  if (node === undefined) return undefined
  if (!(node instanceof Branch)) return (node as LaneLock).lockId === lockId ? first : undefined
  const left = findSlot(node.left, depth - 1, first, lockId)
  return left ?? findSlot(node.right, depth - 1, first + width(depth - 1), lockId)
}

function within(field: string, value: bigint): bigint {
  if (value < 0n || value > MAX_UINT128)
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field, value, max: MAX_UINT128 })
  return value
}

function setNext(hashing: LaneHashing, state: LaneState, lock: LaneLock): LaneState {
  return {
    ...state,
    locked: within('locked', state.locked + lock.amount),
    locks: setLock(hashing.crypto.keccak256, state.locks, lowestFreeSlot(state.locks), lock),
  }
}

function add(hashing: LaneHashing, state: LaneState, { terms }: Extract<Operation, { type: 'add' }>): LaneState {
  return setNext(hashing, state, virtualLock(hashing, hashing.digests.virtualId(terms), terms.capacity))
}

function lock(hashing: LaneHashing, state: LaneState, operation: Extract<Operation, { type: 'lock' }>): LaneState {
  return setNext(hashing, state, subjectLock(hashing, operation.subject, within('amount', operation.amount)))
}

/** Its condition follows from the id, and is asked for only when it is hashed: there may be very many such locks. */
class VirtualLock implements LaneLock {
  readonly amount: bigint
  readonly lockId: Id
  readonly #digests: LaneHashing['digests']

  constructor(digests: LaneHashing['digests'], virtualId: Id, amount: bigint) {
    this.#digests = digests
    this.lockId = virtualId
    this.amount = amount
  }

  get condition(): Hex {
    return this.#digests.virtualCondition(this.lockId)
  }
}

/** The lock that a virtual channel decides. */
export function virtualLock({ digests }: LaneHashing, virtualId: Id, amount: bigint): LaneLock {
  return new VirtualLock(digests, virtualId, amount)
}

/** The lock that another resolver decides. */
export function subjectLock({ digests }: LaneHashing, subject: LockSubject, amount: bigint): LaneLock {
  const condition = digests.condition(subject.resolver, subject.id, subject.side)
  return { amount, condition, lockId: condition, subject }
}

/** What names the lock of an operation in its lane. */
export function lockIdOf(
  { digests }: Pick<LaneHashing, 'digests'>,
  operation: Exclude<Operation, { type: 'pay' }>,
): Id {
  switch (operation.type) {
    case 'add':
      return digests.virtualId(operation.terms)
    case 'lock':
      return digests.condition(operation.subject.resolver, operation.subject.id, operation.subject.side)
    case 'fold':
      return operation.lockId
  }
}

function fold(
  state: LaneState,
  { lockId, amount }: Extract<Operation, { type: 'fold' }>,
  hint: SlotHint | undefined,
): LaneState {
  const slot = slotOf(state, lockId, hint?.(lockId))
  const standing = slot === undefined ? undefined : laneLockAt(state, slot)
  if (slot === undefined || standing === undefined) throw new ProtocolError('FOLD_LOCK_UNKNOWN', { lockId })
  if (amount < 0n || amount > standing.amount) {
    throw new ProtocolError('FOLD_ABOVE_LOCK', { lockId, amount, lock: standing.amount })
  }
  return {
    ...state,
    paid: within('paid', state.paid + amount),
    locked: state.locked - standing.amount,
    locks: clearLock(state.locks, slot),
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
    case 'lock':
      return lock(hashing, state, operation)
    case 'fold':
      return fold(state, operation, hint)
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
