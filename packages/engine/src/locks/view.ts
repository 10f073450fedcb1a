import { highestValue, holdsLock, type VirtualRecord } from '@sluice/protocol'
import type { StateView, Tx } from '../ports/tx.ts'
import type { VirtualView } from '../ports/views.ts'
import { outcomeOf } from './context.ts'
import { nextOf, outgoingLeg, previousOf, untilOf, voucherOf } from './record.ts'

type ViewTx = StateView & { readonly acknowledged: Pick<Tx['acknowledged'], 'get'> }

function statusOf(tx: ViewTx, { virtualId, phase }: VirtualRecord): VirtualView['status'] {
  if (phase.type === 'closed') return phase.decline === undefined ? 'closed' : 'declined'
  if (outcomeOf(tx, virtualId).type !== 'quiet') return 'disputed'
  switch (phase.type) {
    case 'received':
      return 'opening'
    case 'open':
    case 'forwarded':
      return 'open'
    default:
      return 'closing'
  }
}

function isOutgoingCleared(tx: ViewTx, record: VirtualRecord): boolean {
  return tx.env.roles.of(record.role).isOutgoingCleared(tx, record)
}

/** Whom or what the virtual channel waits for, in a sentence; undefined if nobody. */
export function waitingFor(tx: ViewTx, record: VirtualRecord): string | undefined {
  const { phase, virtualId } = record
  const next = nextOf(record)
  if (phase.type === 'closed' || phase.type === 'open' || phase.type === 'forwarded') return undefined
  if (outcomeOf(tx, virtualId).type === 'closing') return 'the dispute window of the virtual channel on chain'
  switch (phase.type) {
    case 'received':
      return `a way to lock on towards ${next}`
    case 'asking':
      return `${next} to claim what it is owed`
    case 'claimed':
    case 'covered':
      return `room on the lane to ${next} for a fold`
    case 'folding':
    case 'withdrawing':
    case 'clearing':
      return isOutgoingCleared(tx, record) ? undefined : `${next} to countersign a voucher without the lock`
    case 'claiming':
    case 'writtenOff':
    case 'returning':
      return `${previousOf(record)} to fold its lock`
  }
}

function countersignedOf(tx: ViewTx, record: VirtualRecord): Pick<VirtualView, 'countersigned'> {
  const leg = record.role === 'payer' ? outgoingLeg(record) : undefined
  const channel = leg && tx.channels.get(leg.channelId)
  if (leg === undefined || channel === undefined) return {}
  const { base, updates } = channel.out
  const known = [base.state, ...updates.filter(({ status }) => status === 'accepted').map(({ state }) => state)]
  return { countersigned: known.some((state) => holdsLock(state, leg.slot, record.virtualId)) }
}

/** Why it went no further, also while what was refused is still being withdrawn. */
function declinedOf({ phase }: VirtualRecord): Pick<VirtualView, 'declined'> {
  if ('decline' in phase && phase.decline !== undefined) return { declined: phase.decline.code }
  return phase.type === 'withdrawing' ? { declined: phase.code } : {}
}

/** A virtual channel as the API shows it. */
export function virtualView(tx: ViewTx, record: VirtualRecord): VirtualView {
  const { virtualId, terms, role } = record
  const reason = waitingFor(tx, record)
  return {
    virtualId,
    terms,
    role,
    status: statusOf(tx, record),
    amount: highestValue(voucherOf(record), terms.capacity),
    ...(role === 'payer' && { acknowledged: tx.acknowledged.get(virtualId)?.amount ?? 0n }),
    ...countersignedOf(tx, record),
    until: untilOf(record),
    ...(reason !== undefined && { waitingFor: reason }),
    ...declinedOf(record),
  }
}
