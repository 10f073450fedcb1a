import type { Address, Answer, ChannelRecord, Id, RejectMessage } from '@sluice/protocol'
import type { Environment } from '../ports/environment.ts'
import type { Flow, Tx } from '../ports/tx.ts'
import { takeClose, takeCloseAnswer } from './close.ts'
import { channelDueAt, crankChannel } from './crank.ts'
import { takeAgree, takePropose } from './propose.ts'
import { disputeUnfollowed } from './unfollowed.ts'
import { takeWithdraw, takeWithdrawAnswer } from './withdraw.ts'

/** What peers answered to proposals that they do not agree to, for the calls that wait for it. */
export type Rejections = Map<Id, { readonly code: string; readonly text: string }>

/** The newest reason for which a peer refused to sign a close or a withdrawal, by channel, for the calls that wait for it. */
export interface Refusals {
  readonly closes: Map<Id, string>
  readonly withdrawals: Map<Id, string>
}

/** Handles `reject`: a channel that was only proposed is gone. */
function takeReject(tx: Tx, peer: Address, { channelId, code, text }: RejectMessage, rejections: Rejections): void {
  const channel = tx.channels.get(channelId)
  if (channel?.peer !== peer || channel.status !== 'proposed') return
  tx.channels.set(channelId, undefined)
  tx.afterCommit(() => rejections.set(channelId, { code, text }))
}

/** Notes a refusal for the call that waits for the answer. */
function note(tx: Tx, refusals: Map<Id, string>, channelId: Id, answer: Answer): void {
  if (answer.type === 'signed' || tx.channels.get(channelId) === undefined) return
  refusals.set(channelId, answer.code)
  tx.wake(channelId)
}

/** Cranks a channel at the end of the batch. */
export function crankChannelLater(tx: Tx, channelId: Id): void {
  tx.atEnd('look', `channel/${channelId}`, (end) => crankChannel(end, channelId))
}

function channelDue(record: ChannelRecord, { policy }: Environment): number | undefined {
  return channelDueAt(record, policy)
}

/** How channels open, are paid into, withdrawn from and closed. */
export function channelFlow(rejections: Rejections, refusals: Refusals): Flow {
  return {
    messages: {
      propose: takePropose,
      agree: takeAgree,
      reject: (tx, peer, message) => takeReject(tx, peer, message, rejections),
      close: takeClose,
      closeAnswer(tx, peer, message) {
        takeCloseAnswer(tx, peer, message)
        note(tx, refusals.closes, message.close.channelId, message.answer)
      },
      withdraw: takeWithdraw,
      withdrawAnswer(tx, peer, message) {
        takeWithdrawAnswer(tx, peer, message)
        note(tx, refusals.withdrawals, message.withdrawal.channelId, message.answer)
      },
    },
    connected(tx, peer) {
      for (const channelId of tx.channelsWith(peer)) crankChannelLater(tx, channelId)
    },
    channelChain: crankChannelLater,
    virtualChain: disputeUnfollowed,
    channelDue,
    channelTimer: crankChannelLater,
  }
}
