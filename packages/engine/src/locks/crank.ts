import type { Id, VirtualRecord } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { acceptOffer } from './accept-offer.ts'
import { claimIncoming } from './claim-incoming.ts'
import { clearOutgoing } from './clear-outgoing.ts'
import { foldOutgoing } from './fold-outgoing.ts'
import { forward } from './forward.ts'
import { putVirtual } from './put.ts'
import { isOutgoingCleared, outgoingStands, type Situation, situationOf } from './situation.ts'

/** Passes a wish to close on towards the payee, who is the one to claim. */
function requestOn(tx: Tx, situation: Situation): void {
  const { record, outgoing } = situation
  const isWanted = record.closingSince !== undefined && record.closeRequested !== true && record.claimed === undefined
  if (!isWanted || outgoing === undefined || !outgoingStands(situation)) return
  tx.send(outgoing.peer, { type: 'requestClose', virtualId: record.virtualId })
  putVirtual(tx, { ...record, closeRequested: true })
}

function isOver({ record, incoming, outgoing }: Situation, cleared: boolean): boolean {
  const isIncomingOver =
    record.incoming === undefined || record.incoming.foldedAt !== undefined || incoming?.status === 'ended'
  const isOutgoingOver = cleared || outgoing?.status === 'ended'
  return isIncomingOver && isOutgoingOver && (record.incoming !== undefined || record.outgoing !== undefined)
}

/** Ends the record once no lock of it is left that could come back. */
function finish(tx: Tx, situation: Situation): void {
  if (isOver(situation, isOutgoingCleared(situation))) putVirtual(tx, { ...situation.record, status: 'closed' })
}

/** What is done about a virtual channel, in order; each looks at the situation anew. */
const steps: readonly ((tx: Tx, situation: Situation) => void)[] = [
  acceptOffer,
  forward,
  requestOn,
  foldOutgoing,
  clearOutgoing,
  claimIncoming,
  finish,
]

const isLive = (record: VirtualRecord | undefined): record is VirtualRecord =>
  record !== undefined && record.status !== 'early' && record.status !== 'closed' && record.status !== 'spent'

/** Does all that is due for a virtual channel now. Doing it twice changes nothing more. */
export function crank(tx: Tx, virtualId: Id): void {
  for (const step of steps) {
    const record = tx.virtuals.get(virtualId)
    if (isLive(record)) step(tx, situationOf(tx, record))
  }
}
