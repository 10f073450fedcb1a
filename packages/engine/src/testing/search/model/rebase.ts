import type { MemberState } from './member-tx.ts'
import { LATE, NOW } from './scene.ts'

/** A record with its clocks started again. */
function clocks<T extends object>(record: T): T {
  const late = Object.entries(record).filter(([, value]) => value === LATE)
  return late.length === 0 ? record : { ...record, ...Object.fromEntries(late.map(([name]) => [name, NOW])) }
}

/**
 * The state with all that began late as if it had begun now: how long is waited after it is the same, and states differ by what happened
 * and not by when.
 */
export function rebased(state: MemberState): MemberState {
  return {
    ...state,
    channels: state.channels.map((channel) => {
      const { out, in: received } = channel
      return {
        ...channel,
        phase: clocks(channel.phase),
        out: clocks(out),
        in: {
          ...received,
          updates: received.updates.map(clocks),
          ...(received.held && { held: clocks(received.held) }),
        },
      }
    }),
    virtuals: state.virtuals.map((record) => ({ ...clocks(record), phase: clocks(record.phase) }) as typeof record),
    offers: state.offers.map(clocks),
  }
}
