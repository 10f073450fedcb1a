import { highestValue, type VirtualRecord } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import type { VirtualView } from '../ports/views.ts'
import { incomingStands, isOutgoingCleared, outgoingStands, type Situation, situationOf } from './situation.ts'

function statusOf({ record, outcome }: Situation): VirtualView['status'] {
  const { status, decline } = record
  if (status === 'spent') return 'declined'
  if (status === 'closed') return decline === undefined ? 'closed' : 'declined'
  if (outcome.closing) return 'disputed'
  return status === 'early' ? 'opening' : status
}

/** Whom or what the virtual channel waits for, in a sentence; undefined if nobody. */
export function waitingFor(situation: Situation): string | undefined {
  const { record, role, incoming, outgoing, outcome } = situation
  if (record.status === 'closed' || record.status === 'spent' || record.status === 'open') return undefined
  if (outcome.closing && outcome.finalAmount === undefined) return 'the dispute window of the virtual channel on chain'
  if (record.status === 'opening') return `a way to lock on towards ${record.terms.path[record.position + 1]}`
  if (record.outgoing !== undefined && outgoingStands(situation)) {
    return record.claimed === undefined
      ? `${outgoing?.peer} to claim what it is owed`
      : `room on the lane to ${outgoing?.peer} for a fold`
  }
  if (!isOutgoingCleared(situation)) return `${outgoing?.peer} to countersign a voucher without the lock`
  if (role !== 'payer' && incomingStands(situation)) return `${incoming?.peer} to fold its lock`
  return undefined
}

/** Unix second until which this side's own hop lets the virtual channel live: of the incoming hop, or the payer's first. */
export function untilOf({ memo, position }: VirtualRecord): bigint {
  return memo.until[Math.max(position - 1, 0)] ?? 0n
}

/** A virtual channel as the API shows it. */
export function virtualView(tx: Tx, record: VirtualRecord): VirtualView {
  const situation = situationOf(tx, record)
  const { virtualId, terms, voucher } = record
  const reason = waitingFor(situation)
  return {
    virtualId,
    terms,
    role: situation.role,
    status: statusOf(situation),
    amount: highestValue(voucher, terms.capacity),
    ...(situation.role === 'payer' && { acknowledged: record.acknowledged ?? 0n }),
    until: untilOf(record),
    ...(reason !== undefined && { waitingFor: reason }),
  }
}
