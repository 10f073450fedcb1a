import {
  bytesToHex,
  type ChannelTerms,
  type Hex,
  hashLock,
  hashNode,
  hexToBytes,
  type Id,
  type LaneIndex,
} from '@sluice/protocol'
import type { LockProof } from '../../ports/chain.ts'
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

function begin(run: Run, terms: ChannelTerms, lane: number, locked: bigint): Lot {
  if (!isLane(lane)) refuse('WrongLane', lane)
  const [channelId, { status }] = channelOf(run, terms)
  if (status !== 'settled') refuse('NotSettled', channelId)
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
function answerOf({ ledger, digests, time }: Run, { resolver, id, side }: LockProof): bigint | undefined {
  if (resolver !== digests.domain.contract) return ledger.answers.get(digests.condition(resolver, id, side))
  const virtual = side === 0 ? ledger.virtuals.get(id) : undefined
  return virtual !== undefined && time >= virtual.finalAt ? virtual.amount : undefined
}

function payLot(run: Run, terms: ChannelTerms, { lane, toReceiver, toPayer }: Lot, asCredit?: number): void {
  const [toA, toB] = lane === 0 ? [toPayer, toReceiver] : [toReceiver, toPayer]
  payBoth(run, terms, toA, toB, asCredit)
}

/** The root that a lock's proof leads to; undefined if no tree of that depth has the slot. */
export function rootOf(
  { crypto }: Run,
  slot: number,
  amount: bigint,
  condition: Hex,
  proof: readonly Hex[],
): Hex | undefined {
  if (proof.length > 32 || slot >= 2 ** proof.length) return undefined
  let hash = hashLock(crypto.keccak256, slot, { amount, condition })
  for (const [level, sibling] of proof.entries()) {
    const other = hexToBytes(sibling, 32, `proof[${level}]`)
    const isLeft = Math.floor(slot / 2 ** level) % 2 === 0
    hash = isLeft ? hashNode(crypto.keccak256, hash, other) : hashNode(crypto.keccak256, other, hash)
  }
  return bytesToHex(hash)
}
