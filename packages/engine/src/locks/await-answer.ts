import { highestValue, type Id, type VirtualRecord } from '@sluice/protocol'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import { virtualOf } from './pay.ts'

/** Whether the payee has not answered the highest voucher yet. */
export function isUnacknowledged({ voucher, acknowledged, terms }: VirtualRecord): boolean {
  return voucher !== undefined && highestValue(voucher, terms.capacity) > (acknowledged ?? 0n)
}

/**
 * Done once the payee holds all that the payer signed. The request to close takes another way than the vouchers, and what is still on its
 * way when it arrives is not accepted any more. @throws ProtocolError `VIRTUAL_UNKNOWN`.
 */
export function awaitAnswer(tx: Tx, virtualId: Id): true | Waiting {
  const record = virtualOf(tx, virtualId)
  if (record.position !== 0 || record.status !== 'open' || !isUnacknowledged(record)) return true
  return new Waiting('the payee to say that it holds the last payment', virtualId)
}
