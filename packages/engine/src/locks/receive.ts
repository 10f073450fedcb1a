import {
  applyOperation,
  type ChannelRecord,
  checkAdd,
  checkFoldCovers,
  checkFoldTime,
  highestValue,
  hopOf,
  hubFoldFloor,
  type Id,
  type LaneState,
  lowestFreeSlot,
  type Operation,
  ProtocolError,
  payeeFoldFloor,
  type VirtualRecord,
} from '@sluice/protocol'
import { isLeaving, secondsOf } from '../lanes/channel.ts'
import { capacityMinOf } from '../policy/policy.ts'
import type { Tx } from '../ports/tx.ts'
import { exposureOf, roleOf, type Situation, situationOf } from './situation.ts'

/** What accepted operations make of the lane and of the virtual channels; nothing is written yet. */
export interface Received {
  readonly state: LaneState
  readonly records: ReadonlyMap<Id, VirtualRecord>
}

type Of<T extends Operation['type']> = Extract<Operation, { type: T }>

function receiveAdd(
  tx: Tx,
  channel: ChannelRecord,
  lane: LaneState,
  { terms, memo }: Of<'add'>,
  records: ReadonlyMap<Id, VirtualRecord>,
): VirtualRecord {
  const { self, digests, policy } = tx.env
  const virtualId = digests.virtualId(terms)
  const now = secondsOf(tx)
  if (tx.virtuals.size >= policy.virtualsMax) throw new ProtocolError('ADD_VIRTUALS_MAX', { max: policy.virtualsMax })
  const held = tx.virtuals.get(virtualId)
  const isHeld = held !== undefined && held.status !== 'early'
  const seen = records.has(virtualId) || isHeld || tx.chain.knows(virtualId)
  const { channelId, peer: payer } = channel
  const closing = isLeaving(tx, channel)
  const token = channel.terms.token
  const locks = lane.locks.size
  const limits = { ...policy, capacityMin: capacityMinOf(policy, token) }
  checkAdd({ channelId, token, payer, receiver: self, virtualId, seen, closing, locks, now }, terms, memo, limits)
  const position = hopOf(terms, payer, self) + 1
  const incoming = { channelId, slot: lowestFreeSlot(lane.locks) }
  const status = roleOf({ position, terms }) === 'hub' ? 'opening' : 'open'
  const offered = held?.offered
  return { virtualId, terms, memo, position, status, since: now, incoming, ...(offered && { offered }) }
}

/** The least that a fold of the incoming lock must pay. */
function foldFloor(situation: Situation): bigint {
  const { record, outcome } = situation
  return situation.role === 'payee'
    ? payeeFoldFloor(highestValue(record.voucher, record.terms.capacity), outcome)
    : hubFoldFloor(exposureOf(situation))
}

function receiveFold(
  tx: Tx,
  channel: ChannelRecord,
  { virtualId, amount }: Of<'fold'>,
  records: ReadonlyMap<Id, VirtualRecord>,
): VirtualRecord {
  const record = records.get(virtualId) ?? tx.virtuals.get(virtualId)
  const leg = record?.incoming
  if (record === undefined || leg?.channelId !== channel.channelId || leg.foldedAt !== undefined) {
    throw new ProtocolError('FOLD_LOCK_UNKNOWN', { virtualId })
  }
  const situation = situationOf(tx, record)
  checkFoldTime(virtualId, situation.outcome)
  checkFoldCovers(virtualId, amount, foldFloor(situation))
  const status = record.status === 'open' || record.status === 'opening' ? 'closing' : record.status
  return { ...record, status, incoming: { ...leg, foldedAt: amount } }
}

/**
 * Replays an update's operations and holds each against the rules for its receiver.
 *
 * @throws ProtocolError for the first that breaks one.
 */
export function receiveOperations(tx: Tx, channel: ChannelRecord, operations: readonly Operation[]): Received {
  const records = new Map<Id, VirtualRecord>()
  const hint = (id: Id) => (records.get(id) ?? tx.virtuals.get(id))?.incoming?.slot
  let state = channel.in.current
  for (const operation of operations) {
    if (operation.type !== 'pay') {
      const record =
        operation.type === 'add'
          ? receiveAdd(tx, channel, state, operation, records)
          : receiveFold(tx, channel, operation, records)
      records.set(record.virtualId, record)
    }
    state = applyOperation(tx.env, state, operation, hint)
  }
  return { state, records }
}
