import {
  type Address,
  type Id,
  type Leg,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
} from '@sluice/protocol'
import type { Policy } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'

/** A virtual channel by its id. @throws ProtocolError `VIRTUAL_UNKNOWN`. */
export function virtualOf(tx: Pick<Tx, 'virtuals'>, virtualId: Id): VirtualRecord {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  return record
}

type Place = Pick<VirtualRecord, 'terms' | 'position'>

/** The member that follows this side on the way to the payee, if one does. */
export function nextOf({ position, terms }: Place): Address | undefined {
  return terms.path[position + 1]
}

/** The member before this side on the way from the payer, if there is one. */
export function previousOf({ position, terms }: Place): Address | undefined {
  return terms.path[position - 1]
}

/** What this side is at a place in a path. */
export function roleAt({ position, terms }: Place): VirtualRecord['role'] {
  if (position === 0) return 'payer'
  return position === terms.path.length - 1 ? 'payee' : 'hub'
}

/** The lock in the lane that this side receives, while it stands there. */
export function incomingLeg({ phase }: VirtualRecord): Leg | undefined {
  return 'incoming' in phase ? phase.incoming : undefined
}

/** The lock in the lane that this side pays on, while a voucher with it may be shown. */
export function outgoingLeg({ phase }: VirtualRecord): Leg | undefined {
  return 'outgoing' in phase ? phase.outgoing : undefined
}

/** The highest voucher that this side signed, accepted or holds. */
export function voucherOf({ phase }: VirtualRecord): SignedVoucher | undefined {
  return 'voucher' in phase ? phase.voucher : undefined
}

/** By how many seconds a virtual channel lives longer than its memo says. */
export const prolongedBy = ({ prolonged }: Pick<VirtualRecord, 'prolonged'>): bigint => prolonged?.by ?? 0n

/** Unix second until which a hop lets the virtual channel live. */
export function hopUntil(record: Pick<VirtualRecord, 'memo' | 'prolonged'>, hop: number): bigint {
  return (record.memo.until.at(hop) ?? 0n) + prolongedBy(record)
}

/** Unix second until which this side's own hop lets the virtual channel live: of the incoming hop, or the payer's first. */
export function untilOf(record: Pick<VirtualRecord, 'memo' | 'position' | 'prolonged'>): bigint {
  return hopUntil(record, Math.max(record.position - 1, 0))
}

/** Unix second at which this side begins to close by itself, as the lifetime is over or too short for another payment. */
export function closesAtOf(record: VirtualRecord, { voucherMargin }: Policy): bigint {
  const { position, role } = record
  return role === 'payee' ? untilOf(record) - BigInt(voucherMargin) : hopUntil(record, position)
}

/** Unix second from which a hub keeps its fee whatever comes: this side and all that follow had their time to find a way. */
export function feesKeptFrom({ since, position, terms }: VirtualRecord, { forwardWait }: Policy): bigint {
  return since + BigInt(forwardWait * (terms.path.length - position))
}

/** Unix second until which a hub waits for what may pass before it locks on. */
export function forwardUntil({ since }: Pick<VirtualRecord, 'since'>, { forwardWait }: Policy): bigint {
  return since + BigInt(forwardWait)
}
