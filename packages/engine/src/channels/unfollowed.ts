import type { ChannelRecord, Id, VirtualRecord } from '@sluice/protocol'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import { incomingStands, outgoingStands, type Situation, situationOf } from '../locks/situation.ts'
import type { Policy } from '../policy/policy.ts'
import type { Tx } from '../ports/tx.ts'

/** A neighbour that does not do what the chain has decided: the channel with it is closed on chain. */
export interface Unfollowed {
  readonly channelId: Id
  readonly why: string
}

/**
 * Which neighbours leave a virtual channel's lock standing although the chain has long said what it pays: the one towards the
 * payer does not fold what is owed, or the one towards the payee does not accept the fold.
 *
 * @param time Unix seconds.
 * @param finalAt Unix second from which V was final.
 */
export function findUnfollowed(
  situation: Situation,
  time: bigint,
  finalAt: bigint,
  policy: Pick<Policy, 'followTimeout' | 'countersignTimeout'>,
): readonly Unfollowed[] {
  const { record, outcome } = situation
  const { incoming, outgoing } = record
  const { finalAmount } = outcome
  if (finalAmount === undefined || time < finalAt + BigInt(policy.followTimeout)) return []
  const found: Unfollowed[] = []
  if (incoming !== undefined && incomingStands(situation) && finalAmount > 0n) {
    found.push({ channelId: incoming.channelId, why: 'it does not fold a lock that the chain has decided' })
  }
  if (outgoing !== undefined && isFoldUnanswered(situation)) {
    const isLate = time >= finalAt + BigInt(policy.followTimeout + policy.countersignTimeout)
    if (isLate) found.push({ channelId: outgoing.channelId, why: 'it does not take a fold that the chain has decided' })
  }
  return found
}

/** Whether the outgoing lock still stands, or its fold awaits the receiver's answer. */
function isFoldUnanswered(situation: Situation): boolean {
  const { record, outgoing } = situation
  if (outgoing === undefined) return false
  if (outgoingStands(situation)) return true
  return outgoing.out.updates.some(
    ({ status, update }) =>
      status === 'sent' &&
      update.operations.some((operation) => operation.type === 'fold' && operation.virtualId === record.virtualId),
  )
}

/** Begins to close on chain the channels whose other end does not follow the chain's answer on this virtual channel. */
export function disputeUnfollowed(tx: Tx, virtualId: Id): void {
  const record: VirtualRecord | undefined = tx.virtuals.get(virtualId)
  const { finalAt } = tx.chain.virtual(virtualId)
  const time = tx.chain.head?.timestamp
  if (record === undefined || finalAt === undefined || time === undefined) return
  for (const { channelId, why } of findUnfollowed(situationOf(tx, record), time, finalAt, tx.env.policy)) {
    dispute(tx, channelOf(tx, channelId), why)
  }
}

function dispute(tx: Tx, channel: ChannelRecord, why: string): void {
  if (channel.status !== 'agreed' || channel.wish === 'dispute') return
  tx.env.log.warn('closing alone', { channelId: channel.channelId, peer: channel.peer, why })
  tx.channels.set(channel.channelId, { ...channel, wish: 'dispute', wishedAt: secondsOf(tx) })
}
