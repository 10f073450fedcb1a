import {
  type Address,
  type ChannelRecord,
  draftState,
  type HubFold,
  highestValue,
  holdsLock,
  holdsLockAnywhere,
  type Id,
  type OutgoingExposure,
  type VirtualOutcome,
  type VirtualRecord,
} from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'

/** What this side is in a virtual channel's path. */
export type Role = 'payer' | 'hub' | 'payee'

/** A virtual channel with all that decides what is done about it. */
export interface Situation {
  readonly record: VirtualRecord
  readonly role: Role
  readonly incoming: ChannelRecord | undefined
  readonly outgoing: ChannelRecord | undefined
  readonly outcome: VirtualOutcome
}

/** What this side is in the path. */
export function roleOf({ position, terms }: Pick<VirtualRecord, 'position' | 'terms'>): Role {
  if (position === 0) return 'payer'
  return position === terms.path.length - 1 ? 'payee' : 'hub'
}

/** The member that follows this side on the way to the payee, if one does. */
export function nextOf({ position, terms }: VirtualRecord): Address | undefined {
  return terms.path[position + 1]
}

/** The member before this side on the way from the payer, if there is one. */
export function previousOf({ position, terms }: VirtualRecord): Address | undefined {
  return terms.path[position - 1]
}

/** What the chain says of a virtual channel. */
export function outcomeOf(tx: Tx, virtualId: Id): VirtualOutcome {
  const { finalAt, finalAmount } = tx.chain.virtual(virtualId)
  return { closing: finalAt !== undefined || finalAmount !== undefined, finalAmount }
}

export function situationOf(tx: Tx, record: VirtualRecord): Situation {
  const { incoming, outgoing } = record
  return {
    record,
    role: roleOf(record),
    incoming: incoming && tx.channels.get(incoming.channelId),
    outgoing: outgoing && tx.channels.get(outgoing.channelId),
    outcome: outcomeOf(tx, record.virtualId),
  }
}

/** Whether the incoming lock stands in the newest voucher received. */
export function incomingStands({ record, incoming }: Situation): boolean {
  const leg = record.incoming
  return leg !== undefined && incoming !== undefined && holdsLock(incoming.in.current, leg.slot, record.virtualId)
}

/** Whether the outgoing lock stands in what this side signs next. */
export function outgoingStands({ record, outgoing }: Situation): boolean {
  const leg = record.outgoing
  return leg !== undefined && outgoing !== undefined && holdsLock(draftState(outgoing.out), leg.slot, record.virtualId)
}

/** Whether no outgoing voucher that can still be shown holds the lock: true also if none ever did. */
export function isOutgoingCleared({ record, outgoing }: Situation): boolean {
  const leg = record.outgoing
  return leg === undefined || outgoing === undefined || !holdsLockAnywhere(outgoing.out, leg.slot, record.virtualId)
}

/** What the outgoing lock can still cost a hub. */
export function exposureOf(situation: Situation): OutgoingExposure {
  const { record, outcome } = situation
  return {
    capacity: record.terms.capacity,
    everSigned: record.outgoing !== undefined,
    cleared: isOutgoingCleared(situation),
    largestFold: record.outgoing?.largestFold,
    outcome,
  }
}

/** What a hub surely gets for the incoming lock. */
export function hubFoldOf(situation: Situation): HubFold {
  const { record, outcome } = situation
  return {
    virtualId: record.virtualId,
    held: record.voucher && highestValue(record.voucher, record.terms.capacity),
    incomingStands: incomingStands(situation),
    incomingFoldedAt: record.incoming?.foldedAt,
    outcome,
  }
}
