import {
  type Address,
  bytesToHex,
  hexToBytes,
  type Id,
  type SignedVoucher,
  type VirtualTerms,
  voucherValue,
} from '@sluice/protocol'
import type { ByLock, CallOf, Redemption } from './calls.ts'
import { hasLocks } from './closing.ts'
import { refuse } from './refusal.ts'
import { channelOf, isLane, otherThan, partyOf, type Run, requireRequest, requireSignature, tryItem } from './run.ts'
import { rootOf } from './unlocking.ts'

export function closeVirtual(run: Run, { terms }: CallOf<'closeVirtual'>): void {
  requireMember(run, terms, run.sender)
  start(run, terms)
}

export function closeVirtualFor(run: Run, { terms, request }: CallOf<'closeVirtualFor'>): void {
  requireMember(run, terms, request.by)
  requireRequest(run, run.digests.virtualId(terms), request)
  start(run, terms)
}

export function closeVirtualByLock(run: Run, { terms, lock }: CallOf<'closeVirtualByLock'>): void {
  requireLock(run, terms, lock, run.sender)
  start(run, terms)
}

export function closeVirtualByLockFor(run: Run, call: CallOf<'closeVirtualByLockFor'>): void {
  const { terms, lock, request } = call
  requireLock(run, terms, lock, request.by)
  requireRequest(run, run.digests.virtualId(terms), request)
  start(run, terms)
}

function requireLength({ path }: VirtualTerms): void {
  if (path.length < 2 || path.length > 6) refuse('BadPath', path.length)
}

function requireMember({ digests }: Run, terms: VirtualTerms, who: Address): void {
  requireLength(terms)
  if (!terms.path.includes(who)) refuse('NotMember', digests.virtualId(terms), who)
}

/** Refuses who is no account of a settled channel with a lock for the virtual channel, whose lane runs along the path. */
function requireLock(run: Run, terms: VirtualTerms, lock: ByLock, who: Address): void {
  requireLength(terms)
  const { channel: channelTerms, lane, locked, slot, amount, proof } = lock
  if (!isLane(lane)) refuse('WrongLane', lane)
  const virtualId = run.digests.virtualId(terms)
  const accounts = [channelTerms.a.account, channelTerms.b.account]
  const [payer, receiver] = [partyOf(channelTerms, lane).signer, partyOf(channelTerms, otherThan(lane)).signer]
  const isAlong = terms.path.some((signer, i) => signer === payer && terms.path[i + 1] === receiver)
  if (!accounts.includes(who) || !isAlong) refuse('NotMember', virtualId, who)
  const [channelId, channel] = channelOf(run, channelTerms)
  if (channel.status !== 'settled') refuse('NotSettled', channelId)
  const locksRoot = rootOf(run, slot, amount, run.digests.virtualCondition(virtualId), proof)
  if (locksRoot === undefined) refuse('BadProof', channelId, lane, slot)
  if (!hasLocks(channel, lane, { locked, locksRoot })) refuse('LocksMismatch', channelId, lane)
}

function start(run: Run, terms: VirtualTerms): void {
  const virtualId = run.digests.virtualId(terms)
  if (run.ledger.virtuals.has(virtualId)) return
  write(run, virtualId, 0n, run.time + BigInt(terms.disputeWindow))
}

function write({ ledger, emit }: Run, virtualId: Id, amount: bigint, finalAt: bigint): void {
  ledger.virtuals.set(virtualId, { amount, finalAt })
  emit({ type: 'virtualUpdated', virtualId, amount, finalAt })
}

export function redeem(run: Run, { terms, signed }: Redemption): void {
  requireLength(terms)
  const virtualId = run.digests.virtualId(terms)
  const known = run.ledger.virtuals.get(virtualId)
  const amount = voucherValue(signed, terms.capacity)
  if (known === undefined) {
    if (!terms.path.includes(run.sender)) refuse('VirtualNotClosing', virtualId, run.sender)
  } else {
    if (run.time >= known.finalAt) refuse('VirtualFinal', virtualId, known.finalAt)
    if (amount <= known.amount) refuse('NotHigher', virtualId, known.amount, amount)
  }
  if (!isTick(run, signed)) refuse('BadTick', virtualId, signed.tick?.index ?? 0, signed.voucher.tickCount)
  const [payer = '0x'] = terms.path
  requireSignature(run, run.digests.voucher({ ...signed.voucher, virtualId }), signed.signature, payer)
  write(run, virtualId, amount, known?.finalAt ?? run.time + BigInt(terms.disputeWindow))
}

function isTick({ crypto }: Run, { voucher, tick }: SignedVoucher): boolean {
  if (tick === undefined || tick.index === 0) return true
  if (tick.index > voucher.tickCount) return false
  let hash = hexToBytes(tick.preimage, 32)
  for (let i = 0; i < tick.index; i++) hash = crypto.keccak256(hash)
  return bytesToHex(hash) === voucher.tickAnchor
}

export function redeemBatch(run: Run, { items }: CallOf<'redeemBatch'>): void {
  for (const [position, item] of items.entries()) {
    tryItem(run, run.digests.virtualId(item.terms), position, () => redeem(run, item))
  }
}

export function redeemGroup(run: Run, { items }: CallOf<'redeemGroup'>): void {
  const [first] = items
  if (first !== undefined) requireLength(first.terms)
  redeemBatch(run, { type: 'redeemBatch', items })
}
