import {
  type Address,
  type ChannelTerms,
  type Crypto,
  type Digests,
  type Hex,
  type Id,
  type LaneIndex,
  NATIVE_TOKEN,
  NONCE_AHEAD_MAX,
  nonceMinute,
  type PartyIndex,
  ZERO_HASH,
} from '@sluice/protocol'
import type { SignedCloseRequest } from '../../ports/chain.ts'
import type { ContractEvent } from './events.ts'
import { type Ledger, type ModelChannel, type ModelLane, slotKey } from './ledger.ts'
import { Refusal, refuse } from './refusal.ts'

/** What a call meets. */
export interface CallContext {
  /** Changed by the call; worthless once the call was refused. */
  readonly ledger: Ledger
  readonly sender: Address
  /** Block time, Unix seconds. */
  readonly time: bigint
  readonly digests: Digests
  readonly crypto: Crypto
}

/** A call while it runs. */
export interface Run extends CallContext {
  emit(event: ContractEvent): void
}

const emptyLane: ModelLane = { seq: 0n, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }

const freshChannel: ModelChannel = {
  status: 'open',
  deposits: [0n, 0n],
  withdrawn: [0n, 0n],
  closesAt: 0n,
  lanes: [emptyLane, emptyLane],
  pools: [0n, 0n],
  unlocked: new Set(),
}

/** The channel of a ledger; a fresh one if nothing ever happened to it. */
export function channelIn({ channels }: Ledger, id: Id): ModelChannel {
  return channels.get(id) ?? freshChannel
}

/** Whether a slot of a channel's lane was unlocked, as long as something is left in the lane's pool. */
export function isSlotUnlocked(ledger: Ledger, id: Id, lane: LaneIndex, slot: number): boolean {
  const { pools, unlocked } = channelIn(ledger, id)
  return pools[lane] !== 0n && unlocked.has(slotKey(lane, slot))
}

/** A channel's id and where it stands. */
export function channelOf({ ledger, digests }: CallContext, terms: ChannelTerms): readonly [Id, ModelChannel] {
  const id = digests.channelId(terms)
  return [id, channelIn(ledger, id)]
}

/** Writes changes of a channel down. */
export function change({ ledger }: CallContext, id: Id, changes: Partial<ModelChannel>): void {
  ledger.channels.set(id, { ...channelIn(ledger, id), ...changes })
}

/** Refuses a channel that was paid out. */
export function requireNotOver(id: Id, { status }: ModelChannel): void {
  if (status === 'settled' || status === 'closed') refuse('ChannelOver', id)
}

/** Refuses a channel that was paid out; looks at the terms of one that nobody paid into. */
export function requireAlive(context: CallContext, id: Id, channel: ModelChannel, terms: ChannelTerms): void {
  requireNotOver(id, channel)
  if (channel.deposits[0] + channel.deposits[1] === 0n) requireTerms(context, terms)
}

function requireTerms(context: CallContext, { a, b, disputeWindow, nonce }: ChannelTerms): void {
  const isSorted = a.signer < b.signer
  if (!isSorted || [a.signer, a.account, b.account].includes(NATIVE_TOKEN)) {
    refuse('BadTerms', a.signer, b.signer, a.account, b.account)
  }
  if (a.account === b.account) refuse('SameAccount', a.account)
  if (disputeWindow === 0) refuse('ZeroWindow')
  requireDue(context, nonce)
}

/** Refuses terms whose nonce names a minute too far ahead of the block. */
export function requireDue({ time }: CallContext, nonce: bigint): void {
  if (nonceMinute(nonce) * 60n > time + BigInt(NONCE_AHEAD_MAX)) refuse('NonceAhead', nonce, time)
}

export function requireBefore({ time }: CallContext, deadline: bigint): void {
  if (time > deadline) refuse('DeadlinePassed', deadline, time)
}

/** Whether a number is a party's. */
export const isParty = (party: number): party is PartyIndex => party === 0 || party === 1

/** Whether a number is a lane's. */
export const isLane = (lane: number): lane is LaneIndex => lane === 0 || lane === 1

export const partyOf = (terms: ChannelTerms, index: PartyIndex) => (index === 0 ? terms.a : terms.b)

/** The other party; the party that receives a lane. */
export const otherThan = (index: PartyIndex): PartyIndex => (index === 0 ? 1 : 0)

/** Whether somebody is a party's account or signer. */
export function speaksFor(terms: ChannelTerms, index: PartyIndex, who: Address): boolean {
  const { account, signer } = partyOf(terms, index)
  return who === account || who === signer
}

export function requireSignature({ crypto }: CallContext, digest: Hex, signature: Hex, by: Address): void {
  if (crypto.recover(digest, signature) !== by) refuse('BadSignature', digest, by)
}

/** Refuses a call for somebody who did not ask for it. */
export function requireRequest(run: CallContext, ids: readonly Id[], request: SignedCloseRequest): void {
  const { by, deadline, signature } = request
  requireBefore(run, deadline)
  requireSignature(run, run.digests.closeRequest({ ids, deadline }), signature, by)
}

/** What a channel holds. */
export function potOf({ deposits, withdrawn }: ModelChannel): bigint {
  return deposits[0] + deposits[1] - withdrawn[0] - withdrawn[1]
}

export const least = (x: bigint, y: bigint): bigint => (x < y ? x : y)

/** Does one item of a batch; a refusal is told by an event, and the batch goes on. The item must not change anything before it is refused. */
export function tryItem(run: Run, id: Id, position: number, item: () => void): void {
  try {
    item()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    run.emit({ type: 'skipped', id, position, reason: error.reason })
  }
}
