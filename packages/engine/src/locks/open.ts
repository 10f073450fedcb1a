import {
  type Address,
  checkMemo,
  checkVirtualTerms,
  highest,
  type Id,
  type Memo,
  makeNonce,
  ProtocolError,
  type SignedVoucher,
  type VirtualTerms,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import { draft, takesOperation } from '../lanes/draft.ts'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import { addOperations, bestChannel, checkRoomForLock, nextSlot } from './forwarding.ts'
import { feeAskedBy } from './neighbours/next-policy.ts'
import { signVoucher } from './payments/sign-voucher.ts'

export interface OpenVirtualOptions {
  readonly payee: Address
  /** Where the payee's peer transport listens: the first voucher travels there directly. */
  readonly payeeUrl?: string
  /** That url was named by somebody else, as in an offer: it is dialled only where it leads to a public address. */
  readonly payeeUrlPublicOnly?: boolean
  /** Signers of the intermediaries in order; empty for a virtual channel over one channel. */
  readonly hubs: readonly Address[]
  readonly token: Address
  /** Most that can be paid over it, base units. */
  readonly capacity: bigint
  /** Amount of the first voucher; 0 for none yet. */
  readonly first: bigint
  /**
   * Lets payments that are whole multiples of `value`, base units, be made by revealing a hash instead of signing: `count` of them a
   * voucher. Each costs the payer up to `count` hashes and the payee one.
   */
  readonly ticks?: { readonly value: bigint; readonly count: number }
  /**
   * What each hub asks for, base units, in the order of `hubs`. Default: what each has told in a session with this side, and nothing for a first hub
   * that has told nothing. What a hub further on asks of the hub before it, only that one is told.
   */
  readonly fees?: readonly bigint[]
  /** Most that all hubs together get, base units. Default: what the policy lets be paid. */
  readonly feesMax?: bigint
  /** Seconds; default from the policy. */
  readonly lifetime?: number
  readonly disputeWindow?: number
}

/** What a payer holds as soon as the add and the first voucher are durable and on their way. */
export interface OpenedVirtual {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly first: SignedVoucher | undefined
  /** Fees of all hubs, base units. */
  readonly fees: bigint
}

const MILLION = 1_000_000n

function termsOf(tx: Tx, options: OpenVirtualOptions): VirtualTerms {
  const terms: VirtualTerms = {
    path: [tx.env.self, ...options.hubs, options.payee],
    token: options.token,
    capacity: options.capacity,
    disputeWindow: options.disputeWindow ?? tx.env.policy.virtualWindowDefault,
    nonce: makeNonce(secondsOf(tx), tx.env.random(4)),
  }
  checkVirtualTerms(terms)
  return terms
}

/** Each hop ends `hopMargin` after the next one, so that every hub can act on chain between; the last lives as long as asked. */
function memoOf(
  tx: Tx,
  { hubs, fees, lifetime = tx.env.policy.lifetimeDefault }: OpenVirtualOptions,
  terms: VirtualTerms,
): Memo {
  const { hopMargin, lifetimeMax: max } = tx.env.policy
  if (!Number.isInteger(lifetime) || lifetime < 1 || lifetime > max) {
    throw new ProtocolError('ADD_LIFETIME', { seconds: lifetime, min: 1, max })
  }
  const last = secondsOf(tx) + BigInt(lifetime)
  const hops = hubs.length + 1
  const until = Array.from({ length: hops }, (_, hop) => last + BigInt((hops - 1 - hop) * hopMargin))
  const asked = (hub: Address, at: number): bigint =>
    feeAskedBy(tx, hub, terms.capacity, until[at + 1] ?? 0n, terms.disputeWindow)
  return { until, fees: fees ?? hubs.map(asked) }
}

/** Refuses fees that are no amounts, and more than may be paid. @throws EngineError `FEES_TOO_HIGH`; ProtocolError. */
export function checkFees(
  tx: Tx,
  { fees }: Pick<Memo, 'fees'>,
  { capacity, feesMax }: Pick<OpenVirtualOptions, 'capacity' | 'feesMax'>,
): bigint {
  const wrong = fees.find((fee) => fee < 0n || fee >= 1n << 128n)
  if (wrong !== undefined)
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field: 'fees', value: wrong, max: (1n << 128n) - 1n })
  const total = fees.reduce((sum, fee) => sum + fee, 0n)
  const { feeMax, feeMaxAmount } = tx.env.policy
  const max = feesMax ?? highest((capacity * BigInt(feeMax)) / MILLION, feeMaxAmount)
  if (total > max) throw new EngineError('FEES_TOO_HIGH', { total, max })
  return total
}

function checkRoom(tx: Tx): void {
  const { virtualsMax: max } = tx.env.policy
  if (tx.liveVirtuals() >= max) throw new ProtocolError('ADD_VIRTUALS_MAX', { max })
}

function checkAmounts(tx: Tx, { capacity, first, ticks }: OpenVirtualOptions): void {
  if (capacity <= 0n || capacity >= 1n << 128n) throw new EngineError('AMOUNT_INVALID', { amount: capacity })
  if (first < 0n || first > capacity) throw new ProtocolError('PAYMENT_ABOVE_CAPACITY', { amount: first, capacity })
  if (ticks === undefined) return
  if (ticks.value <= 0n || ticks.value > capacity) throw new EngineError('AMOUNT_INVALID', { amount: ticks.value })
  const { tickCountMax: max } = tx.env.policy
  if (ticks.count < 1 || ticks.count > max) throw new ProtocolError('PAYMENT_TICKS', { count: ticks.count, max })
}

/** The channel with the first member of the path, as soon as its lane can be signed on. */
function channelToSignOn(tx: Tx, next: Address, token: Address): Id | Waiting {
  const channelId = bestChannel(tx, next, token)
  const channel = channelOf(tx, channelId)
  const { peer } = channel
  if (!tx.canSend(peer)) throw new EngineError('PEER_QUEUE_FULL', { peer, count: tx.env.policy.queueMax })
  return takesOperation(tx, channel)
    ? channelId
    : new Waiting(`${peer} to answer and countersign earlier updates`, channelId)
}

/**
 * Opens a virtual channel: the add towards the payee and the first voucher are signed in one commit and leave together.
 *
 * @throws ProtocolError `ROLE_MISSING`, `TERMS_…`, `NUMBER_OUT_OF_RANGE`, `ADD_LIFETIME`, `ADD_MEMO_LENGTH`, `FORWARD_NO_CHANNEL`, `ADD_LOCKS_MAX`, `LANE_OVERSPENT`, `PAYMENT_ABOVE_CAPACITY`; EngineError
 *   `AMOUNT_INVALID`, `FEES_UNKNOWN`, `FEES_TOO_HIGH`, `PEER_QUEUE_FULL`.
 */
export function openVirtual(tx: Tx, options: OpenVirtualOptions): OpenedVirtual | Waiting {
  tx.env.roles.of('payer')
  checkAmounts(tx, options)
  checkRoom(tx)
  const { payee, payeeUrl, token, capacity, hubs } = options
  const channelId = channelToSignOn(tx, hubs[0] ?? payee, token)
  if (channelId instanceof Waiting) return channelId
  const terms = termsOf(tx, options)
  const memo = memoOf(tx, options, terms)
  checkMemo(terms, memo)
  const fees = checkFees(tx, memo, options)
  checkRoomForLock(tx, channelId, capacity + fees)
  const virtualId = tx.env.digests.virtualId(terms)
  const outgoing = { channelId, slot: nextSlot(tx, channelId) }
  draft(tx, channelId, addOperations({ terms, memo, position: 0 }))
  // With ticks, a voucher of 0 has to be there for the first tick to count on.
  const isSigned = options.first > 0n || options.ticks !== undefined
  const signed = isSigned ? signVoucher(tx, virtualId, options.first, options.ticks) : undefined
  const first = signed?.voucher
  const phase = { type: 'open', outgoing, ...signed } as const
  tx.virtuals.set(virtualId, { role: 'payer', virtualId, terms, memo, position: 0, since: secondsOf(tx), phase })
  if (payeeUrl !== undefined) tx.reach(payee, payeeUrl, { publicOnly: options.payeeUrlPublicOnly ?? false })
  if (first !== undefined) tx.volatile(payee, { type: 'voucher', terms, signed: first })
  return { virtualId, terms, first, fees }
}
