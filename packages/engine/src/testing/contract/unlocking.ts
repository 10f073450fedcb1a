import {
  bytesToHex,
  type ChannelTerms,
  type Hex,
  hashLock,
  hashNode,
  hexToBytes,
  type Id,
  type LaneIndex,
  ZERO_HASH,
} from '@sluice/protocol'
import type { LockProof, Subtree } from '../../ports/chain.ts'
import type { CallOf } from './calls.ts'
import { hasLocks } from './closing.ts'
import { replaced, slotKey } from './ledger.ts'
import { payBoth } from './payouts.ts'
import { refuse } from './refusal.ts'
import { change, channelIn, channelOf, isLane, least, type Run, tryItem } from './run.ts'

/** A lane while its locks are being paid out. */
interface Lot {
  readonly channelId: Id
  readonly lane: LaneIndex
  readonly locked: bigint
  toReceiver: bigint
  toPayer: bigint
}

export function unlock(run: Run, { terms, lane, locked, item, asCredit }: CallOf<'unlock'>): void {
  const lot = begin(run, terms, lane, locked)
  unlockOne(run, lot, item)
  payLot(run, terms, lot, asCredit)
}

export function unlockBatch(run: Run, { terms, lane, locked, items, asCredit }: CallOf<'unlockBatch'>): void {
  const lot = begin(run, terms, lane, locked)
  for (const [position, item] of items.entries()) {
    tryItem(run, lot.channelId, position, () => unlockOne(run, lot, item))
  }
  payLot(run, terms, lot, asCredit)
}

export function unlockSubtree(run: Run, call: CallOf<'unlockSubtree'>): void {
  const { terms, lane, locked, subtree, asCredit } = call
  const lot = begin(run, terms, lane, locked)
  requireSubtree(run, lot, subtree)
  for (const [position, { amount, idOrLeaf }] of subtree.slots.entries()) {
    if (amount === 0n) continue
    const lock = {
      slot: subtree.first + position,
      amount,
      resolver: run.digests.domain.contract,
      id: idOrLeaf,
      side: 0,
    }
    tryItem(run, lot.channelId, position, () => payLock(run, lot, lock))
  }
  payLot(run, terms, lot, asCredit)
}

/** The lane of a settled channel, in whose pool something is left. */
export function begin(run: Run, terms: ChannelTerms, lane: number, locked: bigint): Lot {
  if (!isLane(lane)) refuse('WrongLane', lane)
  const [channelId, { status, pools }] = channelOf(run, terms)
  if (status !== 'settled') refuse('NotSettled', channelId)
  if (pools[lane] === 0n) refuse('PoolEmpty', channelId, lane)
  return { channelId, lane, locked, toReceiver: 0n, toPayer: 0n }
}

function unlockOne(run: Run, lot: Lot, item: LockProof): void {
  const { channelId, lane, locked } = lot
  const { slot, amount, resolver, id, side, proof } = item
  const channel = channelIn(run.ledger, channelId)
  const locksRoot = rootOf(run, slot, amount, run.digests.condition(resolver, id, side), proof)
  if (locksRoot === undefined || !hasLocks(channel, lane, { locked, locksRoot })) {
    refuse('BadProof', channelId, lane, slot)
  }
  payLock(run, lot, item)
}

/** Takes a lock that stands in the tree out of the pool. */
function payLock(run: Run, lot: Lot, item: Omit<LockProof, 'proof'>): void {
  const { channelId, lane } = lot
  const { slot, amount, resolver, id, side } = item
  const channel = channelIn(run.ledger, channelId)
  if (channel.unlocked.has(slotKey(lane, slot))) refuse('AlreadyUnlocked', channelId, lane, slot)
  const due = answerOf(run, item)
  if (due === undefined) refuse('NotFinal', resolver, id, side)
  const reserve = least(amount, channel.pools[lane])
  const paid = least(reserve, due)
  change(run, channelId, {
    pools: replaced(channel.pools, lane, channel.pools[lane] - reserve),
    unlocked: new Set(channel.unlocked).add(slotKey(lane, slot)),
  })
  lot.toReceiver += paid
  lot.toPayer += reserve - paid
  run.emit({ type: 'unlocked', channelId, lane, slot, reserve, paid })
}

/** What a lock's condition came to, once that is final. */
function answerOf({ ledger, digests, time }: Run, lock: Omit<LockProof, 'proof'>): bigint | undefined {
  const { resolver, id, side } = lock
  if (resolver !== digests.domain.contract) return ledger.answers.get(digests.condition(resolver, id, side))
  // virtual channels have one side: locks on another come back
  if (side !== 0) return 0n
  const virtual = ledger.virtuals.get(id)
  return virtual !== undefined && time >= virtual.finalAt ? virtual.amount : undefined
}

function payLot(run: Run, terms: ChannelTerms, { lane, toReceiver, toPayer }: Lot, asCredit?: number): void {
  const [toA, toB] = lane === 0 ? [toPayer, toReceiver] : [toReceiver, toPayer]
  payBoth(run, terms, toA, toB, asCredit)
}

/** Refuses what is no part of the lane's tree. */
export function requireSubtree(run: Run, { channelId, lane, locked }: Lot, { first, slots, proof }: Subtree): void {
  const depth = Math.ceil(Math.log2(Math.max(1, slots.length)))
  const isPlace = depth + proof.length <= 32 && first % 2 ** depth === 0 && first < 2 ** (depth + proof.length)
  const locksRoot = isPlace ? rootAbove(run, first / 2 ** depth, topOf(run, first, depth, slots), proof) : ZERO_HASH
  if (locksRoot === ZERO_HASH || !hasLocks(channelIn(run.ledger, channelId), lane, { locked, locksRoot })) {
    refuse('BadProof', channelId, lane, first)
  }
}

/** The top of a part of the tree, all of whose slots are given. */
function topOf({ crypto, digests }: Run, first: number, depth: number, slots: Subtree['slots']): Uint8Array {
  let level = Array.from({ length: 2 ** depth }, (_, i) => {
    const { amount, idOrLeaf } = slots[i] ?? { amount: 0n, idOrLeaf: ZERO_HASH }
    if (amount === 0n) return hexToBytes(idOrLeaf, 32)
    return hashLock(crypto.keccak256, first + i, { amount, condition: digests.virtualCondition(idOrLeaf) })
  })
  while (level.length > 1) {
    level = level.flatMap((left, i) => {
      const right = level[i + 1]
      return i % 2 === 0 && right !== undefined ? [hashNode(crypto.keccak256, left, right)] : []
    })
  }
  const [top] = level
  if (top === undefined) throw new RangeError('a part of a tree has a top')
  return top
}

/** The root that a lock's proof leads to; undefined if no tree of that depth has the slot. */
function rootOf(run: Run, slot: number, amount: bigint, condition: Hex, proof: readonly Hex[]): Hex | undefined {
  if (proof.length > 32 || slot >= 2 ** proof.length) return undefined
  return rootAbove(run, slot, hashLock(run.crypto.keccak256, slot, { amount, condition }), proof)
}

/** The root that siblings lead to, from the hash at this place of its level up. */
function rootAbove({ crypto }: Run, place: number, from: Uint8Array, proof: readonly Hex[]): Hex {
  let hash = from
  for (const [level, sibling] of proof.entries()) {
    const other = hexToBytes(sibling, 32, `proof[${level}]`)
    const isLeft = Math.floor(place / 2 ** level) % 2 === 0
    hash = isLeft ? hashNode(crypto.keccak256, hash, other) : hashNode(crypto.keccak256, other, hash)
  }
  return bytesToHex(hash)
}
