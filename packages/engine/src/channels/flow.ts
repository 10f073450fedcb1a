import type { Flow } from '../ports/tx.ts'
import { takeClose, takeCloseAnswer } from './close.ts'
import { channelDue, processChannelAtEnd, processWaitingClose } from './process.ts'
import { takeAgree, takePropose, takeReject } from './propose.ts'
import { closeUnfollowed } from './unfollowed.ts'
import { takeWithdraw, takeWithdrawAnswer } from './withdraw.ts'

/** How channels open, are paid into, withdrawn from and closed. */
export const channelFlow: Flow = {
  messages: {
    propose: takePropose,
    agree: takeAgree,
    reject: takeReject,
    close: takeClose,
    closeAnswer: takeCloseAnswer,
    withdraw: takeWithdraw,
    withdrawAnswer: takeWithdrawAnswer,
  },
  connected(tx, peer) {
    for (const channelId of tx.channelsWith(peer)) processChannelAtEnd(tx, channelId)
  },
  laneMoved: processWaitingClose,
  channelChain: processChannelAtEnd,
  virtualChain: closeUnfollowed,
  channelDue,
  channelTimer: processChannelAtEnd,
}
