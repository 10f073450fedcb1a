import type { ChannelRecord, VirtualRecord } from '@sluice/protocol'
import type { MemberState } from './member-tx.ts'
import { LATE, NOW } from './scene.ts'

/** The record with these fields: itself if they are what it has. */
function changed<T extends object>(record: T, fields: Partial<T>): T {
  const isSame = Object.entries(fields).every(([name, value]) => record[name as keyof T] === value)
  return isSame ? record : { ...record, ...fields }
}

/** The list with each item changed: itself if none is. */
function all<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const after = items.map(change)
  return after.every((item, i) => item === items[i]) ? items : after
}

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
  return changed(state, {
    channels: all(state.channels, rebasedChannel),
    virtuals: all(state.virtuals, rebasedVirtual),
    offers: all(state.offers, clocks),
  })
}

function rebasedVirtual(record: VirtualRecord): VirtualRecord {
  const phase = clocks(record.phase)
  // The phase of this very role with other times: the two are tied by the role, which the compiler cannot follow.
  return phase === record.phase ? clocks(record) : ({ ...clocks(record), phase } as VirtualRecord)
}

function rebasedChannel(channel: ChannelRecord): ChannelRecord {
  const { phase, out, in: received } = channel
  const lane = changed(received, {
    updates: all(received.updates, clocks),
    ...(received.held && { held: clocks(received.held) }),
  })
  return changed(channel, { phase: clocks(phase), out: clocks(out), in: lane })
}
