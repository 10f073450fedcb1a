import { ProtocolError } from '../errors.ts'
import type { OutLane, OutUpdate } from './out-lane.ts'
import type { LaneState } from './state.ts'

/** The state of an unrefused voucher of the lane, from the newest countersigned one on. */
function standingState(lane: OutLane, seq: bigint): LaneState | undefined {
  if (lane.base.state.seq === seq) return lane.base.state
  return lane.updates.find(({ state, status }) => state.seq === seq && status !== 'refused')?.state
}

/** The lane once the receiver said that it accepted all unrefused updates up to `seq`. A seq never signed changes nothing. */
export function markAccepted(lane: OutLane, seq: bigint): OutLane {
  if (seq >= lane.nextSeq) return lane
  const updates = lane.updates.map(
    (entry): OutUpdate =>
      entry.status === 'sent' && entry.state.seq <= seq ? { ...entry, status: 'accepted' } : entry,
  )
  return { ...lane, updates }
}

/**
 * The lane after a refusal: all from `seq` on that stands is refused for ever, and the next voucher builds on `newest`. A repeated
 * refusal, of what is refused already, changes nothing. The draft, if any, goes: its operations were meant for the state refused.
 *
 * @throws ProtocolError `REFUSAL_BELOW_COUNTERSIGNED` for one that names a voucher older than the newest countersigned one,
 *   `REFUSAL_UNKNOWN` for one that names what was never signed or what was refused before.
 */
export function rollBack(lane: OutLane, seq: bigint, newest: bigint): OutLane {
  const refused = lane.updates.find(({ state }) => state.seq === seq)
  if (seq > lane.base.state.seq && refused?.status === 'refused') return lane
  const { seq: countersigned } = lane.base.state
  if (newest < countersigned || seq <= countersigned) {
    throw new ProtocolError('REFUSAL_BELOW_COUNTERSIGNED', { newest, countersigned })
  }
  const current = standingState(lane, newest)
  if (refused === undefined || current === undefined || newest >= seq) {
    throw new ProtocolError('REFUSAL_UNKNOWN', { seq, newest })
  }
  const updates = lane.updates.map(
    (entry): OutUpdate => (entry.state.seq > newest ? { ...entry, status: 'refused' } : entry),
  )
  const { draft: _, ...rest } = lane
  return { ...rest, updates, current }
}
