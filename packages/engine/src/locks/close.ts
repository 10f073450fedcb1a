import type { Id } from '@sluice/protocol'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import type { VirtualView } from '../ports/views.ts'
import { beginClosing } from './begin-closing.ts'
import { virtualOf } from './pay.ts'
import { situationOf } from './situation.ts'
import { virtualView, waitingFor } from './view.ts'

/** Closes a virtual channel; done once no lock of it is left on this side's channels. @throws ProtocolError `VIRTUAL_UNKNOWN`. */
export function closeVirtual(tx: Tx, virtualId: Id): VirtualView | Waiting {
  const record = virtualOf(tx, virtualId)
  if (record.status === 'closed' || record.status === 'spent') return virtualView(tx, record)
  beginClosing(tx, record)
  return new Waiting(waitingFor(situationOf(tx, virtualOf(tx, virtualId))) ?? 'the other members', virtualId)
}
