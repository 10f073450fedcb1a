import {
  type Address,
  bytesToHex,
  hexToBytes,
  type Id,
  type SignedVoucher,
  type VirtualTerms,
  voucherValue,
} from '@sluice/protocol'
import type { Redemption } from '../../ports/chain.ts'
import type { CallOf } from './calls.ts'
import { refuse } from './refusal.ts'
import { otherThan, partyOf, type Run, requireDue, requireRequest, requireSignature, tryItem } from './run.ts'
import { begin, requireSubtree } from './unlocking.ts'

export function closeVirtual(run: Run, { terms }: CallOf<'closeVirtual'>): void {
  startFor(run, terms, run.sender)
}

export function closeVirtualFor(run: Run, { terms, request }: CallOf<'closeVirtualFor'>): void {
  requireRequest(run, [run.digests.virtualId(terms)], request)
  startFor(run, terms, request.by)
}

export function closeVirtuals(run: Run, { items }: CallOf<'closeVirtuals'>): void {
  for (const [position, terms] of items.entries()) {
    tryItem(run, run.digests.virtualId(terms), position, () => startFor(run, terms, run.sender))
  }
}

export function closeVirtualsFor(run: Run, { items, request }: CallOf<'closeVirtualsFor'>): void {
  const ids = items.map((terms) => run.digests.virtualId(terms))
  requireRequest(run, ids, request)
  for (const [position, terms] of items.entries()) {
    tryItem(run, ids[position] ?? '0x', position, () => startFor(run, terms, request.by))
  }
}

export function closeVirtualsByLocks(run: Run, call: CallOf<'closeVirtualsByLocks'>): void {
  const { items, channel, lane, locked, subtree } = call
  const lot = begin(run, channel, lane, locked)
  requireSubtree(run, lot, subtree)
  let next = 0
  for (const [position, terms] of items.entries()) {
    const id = run.digests.virtualId(terms)
    tryItem(run, id, position, () => {
      const found = subtree.slots.findIndex(({ amount, idOrLeaf }, i) => i >= next && idOrLeaf === id && amount !== 0n)
      if (found < 0) refuse('NoLock', id)
      next = found + 1
      requireDue(run, terms.nonce)
      requireTerms(terms)
      requireNeighbours(terms, id, partyOf(channel, lot.lane).signer, partyOf(channel, otherThan(lot.lane)).signer)
      start(run, terms)
    })
  }
}

function requireTerms({ path, disputeWindow }: VirtualTerms): void {
  if (path.length < 2 || path.length > 6) refuse('BadPath', path.length)
  if (disputeWindow === 0) refuse('ZeroWindow')
}

function requireNeighbours({ path }: VirtualTerms, id: Id, payer: Address, receiver: Address): void {
  const isAlong = path.some((signer, i) => signer === payer && path[i + 1] === receiver)
  if (!isAlong) refuse('NotNeighbours', id, payer, receiver)
}

/** Starts the window for a member of the path. */
function startFor(run: Run, terms: VirtualTerms, who: Address): void {
  requireDue(run, terms.nonce)
  requireTerms(terms)
  if (!terms.path.includes(who)) refuse('NotMember', run.digests.virtualId(terms), who)
  start(run, terms)
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
  const virtualId = run.digests.virtualId(terms)
  const known = run.ledger.virtuals.get(virtualId)
  const amount = voucherValue(signed, terms.capacity)
  if (known === undefined) {
    requireTerms(terms)
    if (!terms.path.includes(run.sender)) refuse('VirtualNotClosing', virtualId, run.sender)
    requireDue(run, terms.nonce)
  } else {
    if (run.time >= known.finalAt) refuse('VirtualFinal', virtualId, known.finalAt)
    if (amount <= known.amount) refuse('NotHigher', virtualId, known.amount, amount)
  }
  const [payer = '0x'] = terms.path
  requireSignature(run, run.digests.voucher({ ...signed.voucher, virtualId }), signed.signature, payer)
  if (!isTick(run, signed)) refuse('BadTick', virtualId, signed.tick?.index ?? 0, signed.voucher.tickCount)
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
  if (first !== undefined) requireTerms(first.terms)
  redeemBatch(run, { type: 'redeemBatch', items })
}
