import {
  type Address,
  type HubEvent,
  type HubRecord,
  lowest,
  ProtocolError,
  type VirtualRecord,
} from '@sluice/protocol'
import { worthOf } from '../../policy/worth.ts'
import type { Tx } from '../../ports/tx.ts'
import { outcomeOf } from '../context.ts'
import { previousOf } from '../record.ts'
import { noteLeft, ownFee, standingOf } from './standing.ts'

/** Whether so much of a token is worth what it costs to enforce a virtual channel, base units. It is where every call counts as worth it. */
export function isWorthEnforcing(tx: Tx, token: Address, amount: bigint): boolean {
  const worth = worthOf(tx.env.policy, token, amount)
  return worth === undefined || worth >= tx.enforcementCost
}

/** The virtual channels that came from a peer and are neither over nor declined. */
export function* receivedFrom(tx: Tx, peer: Address): Generator<VirtualRecord> {
  for (const channelId of tx.channelsWith(peer)) {
    for (const virtualId of tx.virtualsOn(channelId)) {
      const record = tx.virtuals.get(virtualId)
      const isTakenOn = record !== undefined && record.phase.type !== 'returning'
      if (isTakenOn && previousOf(record) === peer) yield record
    }
  }
}

/** What a hub folded of an outgoing lock, refused folds included, while its incoming lock stands, base units. */
function folded({ phase }: VirtualRecord): bigint {
  return 'incoming' in phase && 'largestFold' in phase ? (phase.largestFold ?? 0n) : 0n
}

/**
 * Whether a hub may fold at so much: it is worth enforcing, or the neighbour towards the payer is trusted with it. Trusted it is with no more than the fees
 * that it paid, those of the virtual channels that it is trusted with included, and what the policy adds to that; with nothing once
 * it left something.
 *
 * @param amount Base units.
 */
export function isTrusted(tx: Tx, record: HubRecord, amount: bigint): boolean {
  const { token } = record.terms
  if (isWorthEnforcing(tx, token, amount)) return true
  const peer = previousOf(record)
  if (peer === undefined || owes(tx, peer)) return false
  let [trusted, fees] = [amount, ownFee(record) + standingOf(tx, peer, token).earned]
  for (const other of receivedFrom(tx, peer)) {
    const held = folded(other)
    const isOnTrust = held > 0n && other.terms.token === token && !isWorthEnforcing(tx, token, held)
    if (other.role !== 'hub' || other.virtualId === record.virtualId || !isOnTrust) continue
    trusted += held
    fees += ownFee(other)
  }
  const beyond = worthOf(tx.env.policy, token, trusted - fees) ?? 0n
  return beyond * 100n <= tx.enforcementCost * BigInt(tx.env.policy.trustedFolds)
}

/** Whether a peer left something of what was folded for it, or leaves it now. */
function owes(tx: Tx, peer: Address): boolean {
  if (tx.channelsWith(peer).some((channelId) => (tx.standings.get(channelId)?.left ?? 0n) > 0n)) return true
  return tx.writtenOffFrom(peer) > 0
}

/**
 * Refuses to take anything on for a peer that left something of what was folded for it.
 *
 * @throws ProtocolError `ADD_PEER_OWES`.
 */
export function checkOwesNothing(tx: Tx, peer: Address): void {
  if (owes(tx, peer)) throw new ProtocolError('ADD_PEER_OWES', { peer })
}

/**
 * A hub's virtual channel is over: what its outgoing lock cost beyond what came in is lost, and its neighbour towards the payer left it.
 *
 * @param record As it was before.
 */
export function noteEnded(tx: Tx, record: HubRecord, event: HubEvent): void {
  const { phase, virtualId, terms } = record
  if (phase.type !== 'claiming' && phase.type !== 'writtenOff') return
  const outcome = outcomeOf(tx, virtualId)
  const byChain = outcome.type === 'final' ? lowest(outcome.amount, terms.capacity) : 0n
  const left = phase.cost - (event.type === 'folded' ? event.amount : byChain)
  if (left <= 0n) return
  noteLeft(tx, phase.incoming, left)
  tx.env.log.warn('left unfolded', { virtualId, peer: previousOf(record), amount: left })
  // Where the chain decided, the loss is that of the call that was not worth making, and told by then.
  if (outcome.type === 'final') return
  const value = worthOf(tx.env.policy, terms.token, left)
  tx.notify({ type: 'loss', id: virtualId, call: 'fold', ...(value !== undefined && { value }) })
}
