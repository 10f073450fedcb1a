import type { VirtualRecord } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'

/** Writes a virtual channel under its id. */
export function putVirtual(tx: Tx, record: VirtualRecord): void {
  tx.virtuals.set(record.virtualId, record)
}
