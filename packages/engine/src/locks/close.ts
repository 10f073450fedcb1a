import type { Id } from '@sluice/protocol'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import type { VirtualView } from '../ports/views.ts'
import { requestClose } from './advance.ts'
import { virtualOf } from './record.ts'
import { virtualView, waitingFor } from './view.ts'

/** Closes a virtual channel; done once no lock of it is left on this side's channels. @throws ProtocolError `VIRTUAL_UNKNOWN`. */
export function closeVirtual(tx: Tx, virtualId: Id): VirtualView | Waiting {
  const record = virtualOf(tx, virtualId)
  if (record.phase.type === 'closed') return virtualView(tx, record)
  requestClose(tx, record)
  return new Waiting(waitingFor(tx, virtualOf(tx, virtualId)) ?? 'the other members', virtualId)
}
