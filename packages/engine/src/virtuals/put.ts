import type { VirtualRecord } from '@sluice/protocol'
import type { Tx } from '../loop/tx.ts'
import { virtualView } from './view.ts'

/** Writes a virtual channel, and tells those who subscribe at the end of the batch. */
export function putVirtual(tx: Tx, record: VirtualRecord): void {
  const { virtualId } = record
  tx.virtuals.set(virtualId, record)
  tx.atEnd(`notify/${virtualId}`, (end) => {
    const latest = end.virtuals.get(virtualId)
    if (latest !== undefined) end.notify({ type: 'virtual', virtual: virtualView(end, latest) })
  })
}
