import type { Flow } from '../ports/tx.ts'
import { handleClose, handleCloseAnswer } from './close.ts'
import { channelDue, processChannelAtEnd, processWaitingClose } from './process.ts'
import { handleAgree, handlePropose, handleReject } from './propose.ts'
import { closeUnfollowed } from './unfollowed.ts'
import { handleWithdraw, handleWithdrawAnswer } from './withdraw.ts'

/** How channels open, are paid into, withdrawn from and closed. */
export const channelFlow: Flow = {
  messages: {
    propose: handlePropose,
    agree: handleAgree,
    reject: handleReject,
    close: handleClose,
    closeAnswer: handleCloseAnswer,
    withdraw: handleWithdraw,
    withdrawAnswer: handleWithdrawAnswer,
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
