import {
  type Address,
  type ChannelRecord,
  checkAddLock,
  checkAddVirtual,
  checkFoldCovers,
  checkFoldTime,
  checkUnseen,
  feesFrom,
  type HubPhase,
  highestValue,
  hopOf,
  hubFoldFloor,
  type Id,
  type LaneState,
  type Leg,
  lockIdOf,
  lowestFreeSlot,
  nonceMinute,
  type Outcome,
  outcomeForRules,
  type PayeePhase,
  ProtocolError,
  payeeFoldFloor,
  type VirtualBase,
  type VirtualRecord,
} from '@sluice/protocol'
import { isLeaving, secondsOf } from '../../lanes/channel.ts'
import { capacityMinOf } from '../../policy/policy.ts'
import type { LockOperation, LockReceiver, ReceivedLocks } from '../../ports/locks/lock-keeper.ts'
import type { Tx } from '../../ports/tx.ts'
import { advance, processVirtualAtEnd } from '../advance.ts'
import { hubContext, outcomeOf } from '../context.ts'
import { checkDefensible } from '../neighbours/admission.ts'
import { publishChangedPrice } from '../neighbours/publish-policy.ts'
import { noteFolded } from '../neighbours/standing.ts'
import { arrived } from '../payments/offers.ts'
import { incomingLeg, roleAt, voucherOf } from '../record.ts'

type Add = Extract<LockOperation, { type: 'add' }>
type Fold = Extract<LockOperation, { type: 'fold' }>

/**
 * Why a virtual channel whose lock is in order is not wanted here; undefined if it is. Its payer may not have seen on chain what this side
 * saw, and is not to lose a whole update by it.
 */
function declineCode(
  tx: Tx,
  channel: ChannelRecord,
  { terms, memo }: Add,
  virtualId: Id,
  beside: readonly VirtualRecord[],
): string | undefined {
  const { policy, self } = tx.env
  const limits = { ...policy, capacityMin: capacityMinOf(policy, channel.terms.token) }
  const hop = hopOf(terms, channel.peer, self)
  try {
    checkUnseen(virtualId, tx.chain.knows(virtualId))
    if (tx.liveVirtuals() + beside.length >= policy.virtualsMax) {
      throw new ProtocolError('ADD_VIRTUALS_MAX', { max: policy.virtualsMax })
    }
    checkAddVirtual(terms, memo, hop, secondsOf(tx), limits)
    checkDefensible(tx, channel.peer, terms, beside)
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  return undefined
}

/** Refuses the update where so many are declined and not folded yet that this side would remember them without end. */
function checkReturning(tx: Tx, beside: number): void {
  const { virtualsMax: max } = tx.env.policy
  if (tx.returningVirtuals() + beside >= max) throw new ProtocolError('ADD_VIRTUALS_MAX', { max })
}

/** The record of a virtual channel whose lock is accepted. One that is not wanted is given back by its id: its lane is in order. */
function recordOf(
  tx: Tx,
  channel: ChannelRecord,
  add: Add,
  incoming: Leg,
  virtualId: Id,
  added: readonly VirtualRecord[],
): VirtualRecord {
  const { terms, memo } = add
  const since = secondsOf(tx)
  const hop = hopOf(terms, channel.peer, tx.env.self)
  const base: VirtualBase = { virtualId, terms, memo, position: hop + 1, since }
  const beside = added.filter(({ phase }) => phase.type !== 'returning')
  const code = declineCode(tx, channel, add, virtualId, beside)
  if (code !== undefined) checkReturning(tx, added.length - beside.length)
  const unwanted =
    code === undefined
      ? undefined
      : ({
          type: 'returning',
          incoming,
          decline: { code, returned: feesFrom(memo, hop) },
          closingSince: since,
        } as const satisfies HubPhase & PayeePhase)
  // Refuses the update of who asks for a role that this side does not have.
  tx.env.roles.of(roleAt(base))
  if (roleAt(base) === 'hub') return { ...base, role: 'hub', phase: unwanted ?? { type: 'received', incoming } }
  return { ...base, role: 'payee', phase: unwanted ?? { type: 'open', incoming } }
}

/** The least that a fold of the incoming lock must pay, base units. */
function foldFloor(tx: Tx, record: VirtualRecord): bigint {
  const { terms, virtualId } = record
  const outcome = outcomeForRules(outcomeOf(tx, virtualId))
  if (record.role !== 'hub') return payeeFoldFloor(highestValue(voucherOf(record), terms.capacity), outcome)
  const { phase } = record
  const lock = hubContext(tx, record).outgoing?.lock
  return hubFoldFloor({
    capacity: terms.capacity,
    everSigned: lock !== undefined,
    cleared: lock === 'cleared',
    largestFold: 'largestFold' in phase ? phase.largestFold : undefined,
    isWrittenOff: phase.type === 'writtenOff',
    outcome,
  })
}

/** Whether the newest block is past the window of a virtual channel. */
function isWindowOver({ chain }: Tx, outcome: Outcome): boolean {
  return outcome.type === 'closing' && (chain.head?.timestamp ?? 0n) >= outcome.until
}

/** What one received update does to virtual channels. */
class ReceivedVirtuals implements ReceivedLocks {
  readonly #tx: Tx
  readonly #channel: ChannelRecord
  readonly #added = new Map<Id, VirtualRecord>()
  readonly #folded: Fold[] = []
  readonly slotOf = (virtualId: Id): number | undefined => {
    const record = this.#find(virtualId)
    return record && incomingLeg(record)?.slot
  }

  constructor(tx: Tx, channel: ChannelRecord) {
    this.#tx = tx
    this.#channel = channel
  }

  take(operation: LockOperation, lane: LaneState): void {
    switch (operation.type) {
      case 'add':
        this.#takeAdd(operation, lane)
        return
      case 'lock':
        throw new ProtocolError('LOCK_RESOLVER_REFUSED', { resolver: operation.subject.resolver })
      case 'fold':
        this.#takeFold(operation)
    }
  }

  write(): void {
    const tx = this.#tx
    for (const [virtualId, record] of this.#added) {
      tx.virtuals.set(virtualId, record)
      arrived(tx, record)
      processVirtualAtEnd(tx, virtualId)
    }
    if (this.#added.size + this.#folded.length > 0) publishChangedPrice(tx, this.#channel.peer)
    for (const { lockId: virtualId, amount } of this.#folded) {
      const record = tx.virtuals.get(virtualId)
      if (record?.role === 'hub') noteFolded(tx, record)
      if (record !== undefined && record.role !== 'payer') advance(tx, record, { type: 'folded', amount })
      processVirtualAtEnd(tx, virtualId)
    }
  }

  #find(virtualId: Id): VirtualRecord | undefined {
    return this.#added.get(virtualId) ?? this.#tx.virtuals.get(virtualId)
  }

  #takeAdd(add: Add, lane: LaneState): void {
    const tx = this.#tx
    const { channelId, peer, terms } = this.#channel
    const virtualId = tx.env.digests.virtualId(add.terms)
    const seen = this.#find(virtualId) !== undefined || tx.usedIds.has(virtualId, add.terms.nonce)
    const closing = isLeaving(tx, this.#channel)
    const context = { channelId, token: terms.token, payer: peer, receiver: tx.env.self, virtualId, seen, closing }
    checkAddLock({ ...context, locks: lane.locks.size, now: secondsOf(tx) }, add.terms, tx.env.policy)
    const incoming: Leg = { channelId, slot: lowestFreeSlot(lane.locks) }
    this.#added.set(virtualId, recordOf(tx, this.#channel, add, incoming, virtualId, [...this.#added.values()]))
  }

  #takeFold(fold: Fold): void {
    const { lockId: virtualId, amount } = fold
    const record = this.#find(virtualId)
    const isFolded = this.#folded.some((one) => one.lockId === virtualId)
    if (record === undefined || isFolded || incomingLeg(record)?.channelId !== this.#channel.channelId) {
      throw new ProtocolError('FOLD_LOCK_UNKNOWN', { lockId: virtualId })
    }
    const outcome = outcomeOf(this.#tx, virtualId)
    checkFoldTime(virtualId, outcomeForRules(outcome), isWindowOver(this.#tx, outcome))
    checkFoldCovers(virtualId, amount, foldFloor(this.#tx, record))
    this.#folded.push(fold)
  }
}

/** Whether the id of a refused add is to be remembered: not of one too old to come back, nor of one that is not this peer's to lock for. */
function isToRemember(tx: Tx, peer: Address, { terms }: Add, virtualId: Id): boolean {
  const { policy, self } = tx.env
  const age = secondsOf(tx) / 60n - nonceMinute(terms.nonce)
  const isCurrent = age <= BigInt(policy.nonceAgeMax) && -age <= BigInt(policy.nonceAgeMax)
  const hop = terms.path.indexOf(peer)
  return isCurrent && hop >= 0 && terms.path[hop + 1] === self && tx.virtuals.get(virtualId) === undefined
}

/** Takes the locks of virtual channels that this side passes on, or is paid over. */
export const virtualReceiver: LockReceiver = {
  receive: (tx, channel) => new ReceivedVirtuals(tx, channel),
  refused(tx, peer, operation) {
    if (operation.type !== 'add') return
    const virtualId = lockIdOf(tx.env, operation)
    if (isToRemember(tx, peer, operation, virtualId)) tx.usedIds.add(virtualId, operation.terms.nonce)
  },
}
