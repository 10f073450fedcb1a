import type { Id, VirtualRecord } from '@sluice/protocol'
import type { Environment, Policy } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { processVirtualAtEnd } from './advance.ts'
import { closesAtOf, forwardUntil } from './record.ts'

/** Unix second until which a virtual channel that is over is shown. Its id is remembered for longer. */
function shownUntil(closedAt: bigint, { closedKept }: Policy): bigint {
  return closedAt + BigInt(closedKept)
}

/** Millisecond at which time alone changes something for a virtual channel; undefined for never. */
export function virtualDue(record: VirtualRecord, { policy }: Environment): number | undefined {
  const { phase } = record
  switch (phase.type) {
    case 'received':
      return Number(forwardUntil(record, policy)) * 1000
    case 'open':
    case 'forwarded':
      return Number(closesAtOf(record, policy)) * 1000
    case 'closed':
      return Number(shownUntil(phase.closedAt, policy)) * 1000
    default:
      return undefined
  }
}

/** A virtual channel that is over leaves the records; its id stays used. */
function forget(tx: Tx, { virtualId, terms, role }: VirtualRecord): void {
  tx.usedIds.add(virtualId, terms.nonce)
  tx.virtuals.set(virtualId, undefined)
  tx.acknowledged.set(virtualId, undefined)
  const payee = terms.path.at(-1)
  if (role === 'payer' && payee !== undefined) tx.forgetPeer(payee)
}

/** Does what time asks for of a virtual channel. */
export function virtualTimer(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  const due = record && virtualDue(record, tx.env)
  if (record === undefined || due === undefined || due > tx.now) return
  if (record.phase.type === 'closed') forget(tx, record)
  else processVirtualAtEnd(tx, virtualId)
}
