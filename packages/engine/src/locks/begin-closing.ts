import type { VirtualRecord } from '@sluice/protocol'
import { secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { crankLater } from './later.ts'
import { putVirtual } from './put.ts'

/** Begins to close a virtual channel here: no voucher is signed or accepted from now on. */
export function beginClosing(tx: Tx, record: VirtualRecord): void {
  const isOver = record.status === 'closed' || record.status === 'spent' || record.status === 'early'
  if (isOver || record.closingSince !== undefined) return
  const status = record.status === 'opening' ? 'opening' : 'closing'
  putVirtual(tx, { ...record, status, closingSince: secondsOf(tx) })
  crankLater(tx, record.virtualId)
}
