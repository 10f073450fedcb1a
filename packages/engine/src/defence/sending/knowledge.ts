import type { ChannelRecord, Id, LaneIndex, LockTree } from '@sluice/protocol'
import { shownState } from '../../channels/settled.ts'
import type { ChainCall } from '../../ports/chain.ts'
import type { StateView } from '../../ports/tx.ts'
import type { Batch } from '../batches/batch.ts'
import { signCloseRequest } from '../goals/close-request.ts'
import type { Goal } from '../goals/goal.ts'
import type { Knowledge } from './publisher.ts'

/** What defence knows of a node's state. */
export function knowledgeOf(view: Omit<StateView, 'now'>): Knowledge {
  return {
    contract: view.env.digests.domain.contract,
    locksOf: (channelId, lane) => locksOf(view, channelId, lane),
    complete: (batch) => complete(view, batch),
    isMissed: (goal) => isMissed(view, goal),
    lossOf: ({ value, lossBy }) => (lossBy === undefined ? value : lossBy(view.chain)),
  }
}

type View = Omit<StateView, 'now'>

function locksOf({ channels, chain }: View, channelId: Id, lane: LaneIndex): LockTree | undefined {
  const record: ChannelRecord | undefined = channels.get(channelId)
  return record && shownState(record, chain.channel(channelId).any, lane)?.locks
}

/** Starts of windows need consent to all of them in one. */
function complete({ env: { signer, digests } }: View, { goals, call }: Batch): ChainCall {
  if (call.type !== 'closeVirtual' && call.type !== 'closeVirtuals') return call
  if (goals.some(({ isWhole }) => isWhole === true)) return call
  const ids = goals.map(({ id }) => id)
  return { ...call, request: signCloseRequest(signer, digests, ids, call.request.deadline) }
}

function isMissed({ chain }: View, { deadline, isReached }: Goal): boolean {
  if (deadline === undefined || isReached === undefined) return false
  return (chain.head?.timestamp ?? 0n) >= deadline && !isReached(chain)
}
