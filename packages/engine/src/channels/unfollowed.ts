import { draftState, holdsLock, type Id, type Leg, type VirtualRecord } from '@sluice/protocol'
import { incomingLeg, outgoingLeg } from '../locks/record.ts'
import type { Policy } from '../ports/environment.ts'
import type { StateView, Tx } from '../ports/tx.ts'
import { advanceChannel } from './step.ts'

/** A neighbour that does not do what the chain has decided: the channel with it is closed on chain. */
export interface Unfollowed {
  readonly channelId: Id
  readonly reason: string
}

/**
 * Which neighbours leave a virtual channel's lock standing although the chain has long said what it pays: the one towards the
 * payer does not fold what is owed, or the one towards the payee does not accept the fold.
 *
 * @param time Unix seconds.
 */
export function findUnfollowed(
  view: StateView,
  record: VirtualRecord,
  time: bigint,
  policy: Pick<Policy, 'followTimeout' | 'countersignTimeout'>,
): readonly Unfollowed[] {
  const { finalAmount, finalAt } = view.chain.virtual(record.virtualId)
  if (finalAmount === undefined || finalAt === undefined) return []
  const isOver = (timeout: number) => time >= finalAt + BigInt(timeout)
  const found: Unfollowed[] = []
  const incoming = incomingLeg(record)
  if (incoming !== undefined && finalAmount > 0n && isOver(policy.followTimeout)) {
    found.push({ channelId: incoming.channelId, reason: 'it does not fold a lock that the chain has decided' })
  }
  const outgoing = outgoingLeg(record)
  const isLate = isOver(policy.followTimeout + policy.countersignTimeout)
  if (outgoing !== undefined && isLate && isFoldUnanswered(view, record.virtualId, outgoing)) {
    found.push({ channelId: outgoing.channelId, reason: 'it does not take a fold that the chain has decided' })
  }
  return found
}

/** Whether the outgoing lock still stands, or its fold awaits the receiver's answer. */
function isFoldUnanswered({ channels }: StateView, virtualId: Id, { channelId, slot }: Leg): boolean {
  const out = channels.get(channelId)?.out
  if (out === undefined) return false
  if (holdsLock(draftState(out), slot, virtualId)) return true
  return out.updates.some(
    ({ status, update }) =>
      status === 'sent' &&
      update.operations.some((operation) => operation.type === 'fold' && operation.lockId === virtualId),
  )
}

/** Begins to close on chain the channels whose other end does not follow the chain's answer on this virtual channel. */
export function closeUnfollowed(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  const time = tx.chain.head?.timestamp
  if (record === undefined || time === undefined) return
  for (const { channelId, reason } of findUnfollowed(tx, record, time, tx.env.policy)) {
    advanceChannel(tx, channelId, { type: 'unfollowed', reason })
  }
}
