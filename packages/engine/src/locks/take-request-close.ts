import { type Address, ProtocolError, type RequestCloseMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { beginClosing } from './begin-closing.ts'
import { previousOf } from './situation.ts'

/** Handles `requestClose`: the neighbour towards the payer wants the virtual channel closed. */
export function takeRequestClose(tx: Tx, peer: Address, { virtualId }: RequestCloseMessage): void {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined || previousOf(record) !== peer) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  beginClosing(tx, record)
}
