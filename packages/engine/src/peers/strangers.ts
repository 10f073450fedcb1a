import { type Address, isStanding } from '@sluice/protocol'
import type { Transaction } from '../loop/transaction.ts'
import { channelNames } from '../records/channel-names.ts'
import { newPeer } from '../records/peer.ts'
import type { State } from '../records/state.ts'
import { virtualNames } from '../records/virtual-names.ts'

/** Whether a peer has nothing at stake here: no channel that somebody paid into, and no lock that came by others. */
export function isStranger({ channels, unfunded, virtuals }: State, peer: Address): boolean {
  if (virtuals.count(virtualNames.paidBy(peer)) > 0 || virtuals.count(virtualNames.paidTo(peer)) > 0) return false
  for (const channelId of channels.named(channelNames.with(peer))) {
    const phase = channels.committed(channelId)?.phase
    if (phase !== undefined && isStanding(phase) && unfunded.get(channelId) === undefined) return false
  }
  return true
}

/** Whether nothing is left between this side and a peer: no channel, over or not, and no virtual channel that it is paid by. */
function isOver({ channels, virtuals }: State, peer: Address): boolean {
  return channels.count(channelNames.with(peer)) === 0 && virtuals.count(virtualNames.paidTo(peer)) === 0
}

/**
 * Forgets a peer with whom nothing is left: its numbers, where it listens, and what waited for it. Both count anew once one of them did. Says
 * whether it did.
 */
export function forgetPeer({ state }: Pick<Transaction, 'state'>, peer: Address, kept: Iterable<string>): boolean {
  if (!isOver(state, peer)) return false
  state.peers.set(peer, undefined)
  for (const key of kept) state.outbox.set(key, undefined)
  return true
}

/** Whether no channel is left with a peer that could be lost: none that is proposed, agreed to or being closed. */
export function hasNothingToLose({ channels }: State, peer: Address): boolean {
  return channels.count(channelNames.liveWith(peer)) === 0
}

/**
 * Forgets that one of the two lost data, once no channel is left that it could have been lost of, and what waited for the peer. What is still remembered of
 * their ended channels and of virtual channels paid to it does not need the numbers that were lost: both count anew. Says whether it did.
 */
export function forgetLoss({ state }: Pick<Transaction, 'state'>, peer: Address, kept: Iterable<string>): boolean {
  const record = state.peers.get(peer)
  if (record?.lost === undefined || !hasNothingToLose(state, peer)) return false
  const { lost: _, ...rest } = record
  state.peers.set(peer, { ...rest, next: 1n, expected: 1n })
  for (const key of kept) state.outbox.set(key, undefined)
  return true
}

/** Whether the commit under way makes a peer's numbers begin anew, as it forgets it. It cannot be taken back: should it fail, the engine stops. */
export function isBeginningAnew({ peers }: State, peer: Address): boolean {
  const { next, expected } = peers.committed(peer) ?? newPeer(peer)
  const after = peers.get(peer) ?? newPeer(peer)
  return after.next < next || after.expected < expected
}
