import type { Address, CloseAnswerMessage, CloseMessage, ClosingIntent, Hex, Id } from '@sluice/protocol'
import { type Close, cooperativeClose } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf } from '../lanes/channel.ts'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import type { ChannelView } from '../ports/views.ts'
import { processChannelAtEnd } from './process.ts'
import { advanceChannel } from './step.ts'
import { channelView } from './view.ts'

/** @throws EngineError `PEER_SIGNATURE_WRONG`. */
function checkPeerSignature(tx: Tx, peer: Address, close: Close, signature: Hex): void {
  const signer = tx.env.crypto.recover(tx.env.digests.close(close), signature)
  if (signer !== peer) throw new EngineError('PEER_SIGNATURE_WRONG', { what: 'close', peer })
}

/** Handles `close`. */
export function handleClose(tx: Tx, peer: Address, { close, signature }: CloseMessage): void {
  checkPeerSignature(tx, peer, close, signature)
  advanceChannel(tx, close.channelId, { type: 'close', close, peerSignature: signature }, peer)
}

/** Handles `closeAnswer`. */
export function handleCloseAnswer(tx: Tx, peer: Address, { close, answer }: CloseAnswerMessage): void {
  const { channelId } = close
  if (answer.type === 'refused') {
    advanceChannel(tx, channelId, { type: 'closeRefused', close, code: answer.code }, peer)
    return
  }
  checkPeerSignature(tx, peer, close, answer.signature)
  advanceChannel(tx, channelId, { type: 'closeSigned', close, peerSignature: answer.signature }, peer)
}

/**
 * Begins to close a channel, or goes on more firmly.
 *
 * @throws EngineError `CHANNEL_UNKNOWN`, `CHANNEL_NOT_OPEN` for one that was never agreed to, `CLOSE_REFUSED` for one that cannot be closed with
 *   the peer any more.
 */
export function beginClose(tx: Tx, channelId: Id, intent: ClosingIntent): void {
  advanceChannel(tx, channelId, { type: 'closeCall', intent })
  processChannelAtEnd(tx, channelId)
}

/**
 * Waits until the channel is over. What it needs to know is in the channel's record.
 *
 * @throws EngineError `CHANNEL_UNKNOWN`, `CLOSE_REFUSED` when it is to be closed with the peer or not at all, and the peer refuses or does not follow in
 *   time.
 */
export function awaitClose(tx: Tx, channelId: Id, intent: ClosingIntent): ChannelView | Waiting {
  const channel = channelOf(tx, channelId)
  const { peer, phase } = channel
  const view = channelView(tx, channel)
  if (phase.type === 'ended') return view
  const close = cooperativeClose(phase)
  if (intent === 'cooperative') {
    const refuse = (code: string) => new EngineError('CLOSE_REFUSED', { peer, channelId, code })
    if (close.type === 'refused') throw refuse(close.code)
    if (phase.type === 'open') throw refuse('it did not follow in time')
    if (phase.type === 'frozen') throw refuse(phase.code)
  }
  return new Waiting(view.waitingFor ?? 'the chain', channelId)
}
