import { type Address, ProtocolError, type TickMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { offer } from './offer.ts'

/** Handles `tick`: a payment by one hash of the newest voucher's chain. */
export function takeTick(tx: Tx, peer: Address, { virtualId, anchor, index, preimage }: TickMessage): void {
  const record = tx.virtuals.get(virtualId)
  const signed = [record?.offered, record?.voucher].find((one) => one?.voucher.tickAnchor === anchor)
  if (record?.terms.path[0] !== peer || signed === undefined) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  offer(tx, virtualId, { ...signed, tick: { index, preimage } })
}
