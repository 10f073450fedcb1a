import { holdsLock, type VirtualRecord } from '@sluice/protocol'
import { isClosing, secondsOf } from '../lanes/channel.ts'
import { restate } from '../lanes/operate.ts'
import type { Tx } from '../ports/tx.ts'
import { putVirtual } from './put.ts'
import { isOutgoingCleared, outgoingStands, type Situation } from './situation.ts'

/** A refused fold brings the lock back: there is nothing to clear until it is folded again. */
function forgetClearing(tx: Tx, record: VirtualRecord): void {
  const { clearingSince, ...rest } = record
  if (clearingSince !== undefined) putVirtual(tx, rest)
}

/**
 * Notes since when an outgoing lock that is gone still stands in vouchers that can be shown. If the newest of them was refused, nothing
 * signed so far can kill it, so the lane is restated under a newer seq.
 */
export function clearOutgoing(tx: Tx, situation: Situation): void {
  const { record, outgoing } = situation
  const leg = record.outgoing
  if (leg === undefined || outgoing === undefined) return
  if (outgoingStands(situation)) {
    forgetClearing(tx, record)
    return
  }
  if (isOutgoingCleared(situation)) return
  if (record.clearingSince === undefined) putVirtual(tx, { ...record, clearingSince: secondsOf(tx) })
  const { current, updates, draft } = outgoing.out
  const isRefused = updates.some(({ state }) => state.seq > current.seq && holdsLock(state, leg.slot, record.virtualId))
  if (isRefused && draft === undefined && !isClosing(tx, outgoing)) restate(tx, leg.channelId)
}
