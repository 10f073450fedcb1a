import { type Address, type ChannelRecord, channelWakeAt, type Id, isStanding } from '@sluice/protocol'
import { isUnused } from '../lanes/channel.ts'
import type { Environment } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { advanceChannel, processChannel, trackFunding } from './step.ts'
import { dropSettledWithdrawals } from './withdraw.ts'

/** Does all that is due for a channel, once at the end of the batch. */
export function processChannelAtEnd(tx: Tx, channelId: Id): void {
  tx.atEnd('process', `channel/${channelId}`, (end) => {
    if (end.channels.get(channelId) === undefined) return
    trackFunding(end, channelId)
    dropSettledWithdrawals(end, channelId)
    processChannel(end, channelId)
  })
}

/** A lane moved: a close that waits for quiet lanes, or for the last lock to be gone, may be signed now. */
export function processWaitingClose(tx: Tx, channelId: Id): void {
  const phase = tx.channels.get(channelId)?.phase
  if (phase === undefined || !isStanding(phase)) return
  const isWaiting = phase.close.type === 'requested' || (phase.type === 'closing' && phase.close.type === 'none')
  if (isWaiting) processChannelAtEnd(tx, channelId)
}

/** When a channel is to be processed for the time alone, in milliseconds. */
export function channelDue(channel: ChannelRecord, { policy }: Environment): number | undefined {
  const { phase, terms } = channel
  const due = channelWakeAt(phase, { nonce: terms.nonce, lanes: { isUnused: isUnused(channel) }, limits: policy })
  return due === undefined ? undefined : Number(due) * 1000
}

/** Freezes the channels with a peer: by the numbers of their messages, one side lost data. */
export function freezeChannels(tx: Tx, peer: Address, reason: string): void {
  for (const channelId of tx.channelsWith(peer)) {
    advanceChannel(tx, channelId, { type: 'dataLoss', code: 'PEER_FROZEN', text: reason })
    processChannelAtEnd(tx, channelId)
  }
}
