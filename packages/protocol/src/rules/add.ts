import { ProtocolError } from '../errors.ts'
import type { Memo, Operation } from '../lane/operation.ts'
import type { Address, Id } from '../primitives/hex.ts'
import { NONCE_AHEAD_MAX, nonceMinute } from '../terms/nonce.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import { checkVirtualTerms } from '../terms/terms-check.ts'

/** The limits that a virtual channel is held against; see the engine's policy for their units. */
export interface AddLimits {
  readonly capacityMin: bigint
  readonly nonceAgeMax: number
  readonly virtualWindowMin: number
  readonly virtualWindowMax: number
  readonly lifetimeMin: number
  readonly lifetimeMax: number
}

/** What the receiver of an add knows. */
export interface AddContext {
  readonly channelId: Id
  /** The channel's token. */
  readonly token: Address
  /** Signers of the lane's payer and receiver. */
  readonly payer: Address
  readonly receiver: Address
  readonly virtualId: Id
  /** Whether the id was seen in any channel. */
  readonly seen: boolean
  /** Whether any block shows a close of the channel, or this side signed one. */
  readonly closing: boolean
  /** Locks in the lane before the add. */
  readonly locks: number
  /** Unix seconds. */
  readonly now: bigint
}

/**
 * The place of the lane's payer in the path: the number of the hop.
 *
 * @throws ProtocolError `ADD_PATH_WRONG` unless the receiver follows it there.
 */
export function hopOf(terms: VirtualTerms, payer: Address, receiver: Address): number {
  const hop = terms.path.indexOf(payer)
  if (hop < 0 || terms.path[hop + 1] !== receiver) throw new ProtocolError('ADD_PATH_WRONG', { payer, receiver })
  return hop
}

/**
 * Refuses a memo that does not fit its path: a lifetime for each hop, never rising, and a fee for each intermediary.
 *
 * @throws ProtocolError `ADD_MEMO_LENGTH`, `ADD_LIFETIME_ORDER`.
 */
export function checkMemo(terms: VirtualTerms, { until, fees }: Memo): void {
  const hops = terms.path.length - 1
  if (until.length !== hops || fees.length !== hops - 1) {
    throw new ProtocolError('ADD_MEMO_LENGTH', { until: until.length, fees: fees.length, hops })
  }
  const rising = until.findIndex((second, hop) => hop > 0 && second > (until[hop - 1] ?? 0n))
  if (rising >= 0) throw new ProtocolError('ADD_LIFETIME_ORDER', { hop: rising, margin: 0 })
}

/** Refuses an id that was seen before: a lock for it might already be paid for elsewhere. @throws ProtocolError `ADD_ID_SEEN`. */
export function checkUnseen(virtualId: Id, seen: boolean): void {
  if (seen) throw new ProtocolError('ADD_ID_SEEN', { virtualId })
}

/**
 * Refuses a nonce made too far from now: ids are remembered only that long. Whatever the policy, none is taken that is too far ahead.
 *
 * @param now Unix seconds.
 * @param max Minutes.
 * @throws ProtocolError `ADD_NONCE_AGE`, `ADD_NONCE_AHEAD`.
 */
export function checkNonceAge(nonce: bigint, now: bigint, max: number): void {
  checkNonceAhead(nonce, now)
  const age = now / 60n - nonceMinute(nonce)
  const minutes = age < 0n ? -age : age
  if (minutes > BigInt(max)) throw new ProtocolError('ADD_NONCE_AGE', { minutes, max })
}

/** Minutes by which a nonce may be ahead of a party's clock: half of what the contract allows, the other half being for clocks that differ. */
const AHEAD_MAX = BigInt(NONCE_AHEAD_MAX / 120)

/**
 * Refuses a nonce whose minute is so far ahead that the contract takes no call about such terms yet: what is locked under them could not be
 * decided, and the id would have to be remembered until then.
 *
 * @param now Unix seconds.
 * @throws ProtocolError `ADD_NONCE_AHEAD`.
 */
export function checkNonceAhead(nonce: bigint, now: bigint): void {
  const minutes = nonceMinute(nonce) - now / 60n
  if (minutes > AHEAD_MAX) throw new ProtocolError('ADD_NONCE_AHEAD', { minutes, max: AHEAD_MAX })
}

function checkWindow(window: number, { virtualWindowMin: min, virtualWindowMax: max }: AddLimits): void {
  if (window < min || window > max) throw new ProtocolError('ADD_WINDOW', { window, min, max })
}

function checkLifetime(seconds: bigint, { lifetimeMin: min, lifetimeMax: max }: AddLimits): void {
  if (seconds < BigInt(min) || seconds > BigInt(max)) throw new ProtocolError('ADD_LIFETIME', { seconds, min, max })
}

/** Refuses anything new on a channel that is on its way out. @throws ProtocolError `CHANNEL_CLOSING`. */
export function checkNotClosing(channelId: Id, closing: boolean): void {
  if (closing) throw new ProtocolError('CHANNEL_CLOSING', { channelId })
}

/**
 * Refuses an add that is a fault of the lane: with it the whole update is refused. That the lock's amount is the capacity follows from
 * replaying.
 *
 * @throws ProtocolError `CHANNEL_CLOSING`, `TERMS_PATH_LENGTH`, `TERMS_PATH_REPEATED`, `TERMS_ZERO_SIGNER`, `ADD_PATH_WRONG`, `ADD_TOKEN_WRONG`,
 *   `ADD_NONCE_AHEAD`, `ADD_ID_SEEN`, `ADD_LOCKS_MAX`.
 */
export function checkAddLock(
  context: AddContext,
  terms: VirtualTerms,
  { locksMax }: { readonly locksMax: number },
): void {
  checkNotClosing(context.channelId, context.closing)
  checkVirtualTerms(terms)
  hopOf(terms, context.payer, context.receiver)
  if (terms.token !== context.token) {
    throw new ProtocolError('ADD_TOKEN_WRONG', { got: terms.token, expected: context.token })
  }
  checkNonceAhead(terms.nonce, context.now)
  checkUnseen(context.virtualId, context.seen)
  if (context.locks >= locksMax) throw new ProtocolError('ADD_LOCKS_MAX', { max: locksMax })
}

/**
 * Refuses a virtual channel that its receiver does not want. Its lock is accepted all the same and declined by id, so that it undoes
 * nobody else's.
 *
 * @param hop The place of the lane's payer in the path.
 * @param now Unix seconds.
 * @throws ProtocolError `ADD_CAPACITY_SMALL`, `ADD_NONCE_AGE`, `ADD_WINDOW`, `ADD_MEMO_LENGTH`, `ADD_LIFETIME_ORDER`, `ADD_LIFETIME`.
 */
export function checkAddVirtual(terms: VirtualTerms, memo: Memo, hop: number, now: bigint, limits: AddLimits): void {
  if (terms.capacity < limits.capacityMin) {
    throw new ProtocolError('ADD_CAPACITY_SMALL', { capacity: terms.capacity, min: limits.capacityMin })
  }
  checkNonceAge(terms.nonce, now, limits.nonceAgeMax)
  checkWindow(terms.disputeWindow, limits)
  checkMemo(terms, memo)
  checkLifetime((memo.until[hop] ?? 0n) - now, limits)
}

/** What an add carries for the intermediaries from its hop's receiver on, base units. */
export function feesFrom(memo: Memo, hop: number): bigint {
  return memo.fees.slice(hop).reduce((sum, fee) => sum + fee, 0n)
}

/**
 * What an update pays beside folds, less the fees that its adds carry, base units.
 *
 * @throws ProtocolError `ADD_FEES_MISSING` if that is below zero.
 */
export function paySurplus(operations: readonly Operation[], hop: (terms: VirtualTerms) => number): bigint {
  let paid = 0n
  let fees = 0n
  for (const operation of operations) {
    if (operation.type === 'pay') paid += operation.amount
    if (operation.type === 'add') fees += feesFrom(operation.memo, hop(operation.terms))
  }
  if (paid < fees) throw new ProtocolError('ADD_FEES_MISSING', { paid, fees })
  return paid - fees
}
