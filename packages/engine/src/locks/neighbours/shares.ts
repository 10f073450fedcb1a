import { type Address, draftState, type HubRecord, type Id, ProtocolError } from '@sluice/protocol'
import { channelOf, ownSpendable } from '../../lanes/channel.ts'
import type { Policy } from '../../ports/environment.ts'
import type { Tx } from '../../ports/tx.ts'
import { previousOf } from '../record.ts'
import { locksMaxTowards } from './next-policy.ts'
import { type Known, type Reliability, reliabilityOf, standingOf } from './standing.ts'

/** Slots and capacity of a lane. Base units. */
interface Part {
  readonly slots: number
  readonly capacity: bigint
}

const none: Part = { slots: 0, capacity: 0n }
const plus = (part: Part, capacity: bigint): Part => ({ slots: part.slots + 1, capacity: part.capacity + capacity })

/** What peers that come later find of a lane, and what a single one is not let take. */
function percentOf({ slots, capacity }: Part, slotsPercent: number, capacityPercent: number): Part {
  return {
    // At least one, or nobody could begin.
    slots: Math.max(1, Math.floor((slots * slotsPercent) / 100)),
    capacity: (capacity * BigInt(capacityPercent)) / 100n,
  }
}

/** Whether so little was forwarded for a peer that it counts with all those that are new. */
export function isNew({ inTime }: Pick<Reliability, 'inTime'>, { knownAfter }: Pick<Policy, 'knownAfter'>): boolean {
  return inTime < knownAfter
}

/** What a peer may hold: what one that is new may, and more for what it paid and for what it folded in time. */
function allowanceOf(whole: Part, { earned, inTime }: Known, policy: Policy): Part {
  const base = percentOf(whole, policy.strangerSlots, policy.strangerCapacity)
  return {
    slots: base.slots + Math.floor(2 * inTime),
    capacity: base.capacity + earned * BigInt(policy.feeLeverage),
  }
}

/** What is locked on towards a channel's peer, by the neighbour that it came from. */
function heldTowards(tx: Tx, channelId: Id): ReadonlyMap<Address, Part> {
  const held = new Map<Address, Part>()
  for (const virtualId of tx.virtualsOn(channelId)) {
    const record = tx.virtuals.get(virtualId)
    const from = record && previousOf(record)
    if (record?.role !== 'hub' || from === undefined || !('outgoing' in record.phase)) continue
    if (record.phase.outgoing.channelId === channelId)
      held.set(from, plus(held.get(from) ?? none, record.terms.capacity))
  }
  return held
}

function check(held: Part, max: Part, detail: { readonly peer: Address; readonly next: Address }): void {
  if (held.slots > max.slots) {
    throw new ProtocolError('FORWARD_SHARE', { ...detail, what: 'slots', max: max.slots, held: held.slots - 1 })
  }
  if (held.capacity > max.capacity) {
    throw new ProtocolError('FORWARD_SHARE', { ...detail, what: 'capacity', max: max.capacity, held: held.capacity })
  }
}

/**
 * Refuses to lock on where the neighbour that it comes from would hold more of the lane than its share: whoever jams a lane pays for more
 * than one key, or with what it earned the hub before.
 *
 * @throws ProtocolError `FORWARD_SHARE`.
 */
export function checkShare(tx: Tx, record: HubRecord, channelId: Id): void {
  const { policy } = tx.env
  const channel = channelOf(tx, channelId)
  const peer = previousOf(record)
  if (peer === undefined) return
  const state = draftState(channel.out)
  const whole: Part = {
    slots: locksMaxTowards(tx, channel.peer),
    capacity: state.locked + ownSpendable(tx, channel, state),
  }
  const { capacity } = record.terms
  const detail = { peer, next: channel.peer }
  const held = heldTowards(tx, channelId)
  const known = standingOf(tx, peer, record.terms.token)
  check(plus(held.get(peer) ?? none, capacity), allowanceOf(whole, known, policy), detail)
  if (!isNew(known, policy)) return
  let together = plus(none, capacity)
  for (const [from, part] of held) {
    if (!isNew(reliabilityOf(tx, from), policy)) continue
    together = { slots: together.slots + part.slots, capacity: together.capacity + part.capacity }
  }
  check(together, percentOf(whole, policy.strangersShare, policy.strangersShare), detail)
}
