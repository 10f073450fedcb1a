import {
  type Address,
  type Answer,
  type ChannelRecord,
  type Close,
  type CloseAnswerMessage,
  type CloseMessage,
  checkCloseAmount,
  checkDeadline,
  checkNoLocks,
  closeBinds,
  draftState,
  type Id,
  laneBalance,
  ProtocolError,
  type SignedClose,
  SluiceError,
  sameEffect,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf, finalTime, isBoundByClose, secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'

/** Both lanes' totals by what is newest here, in the order of the lanes. */
function paidOf({ self, out, in: received }: ChannelRecord): readonly [bigint, bigint] {
  const own = out.current.paid
  return self === 0 ? [own, received.current.paid] : [received.current.paid, own]
}

/** Whether nothing of this side's lane is under way: what is newest signed is what the peer holds. */
function isQuiet({ out }: ChannelRecord): boolean {
  return out.draft === undefined && !out.updates.some(({ status }) => status === 'sent')
}

/** Whether a lock stands in either lane. */
export function hasLocks({ out, in: received }: ChannelRecord): boolean {
  return draftState(out).locks.size > 0 || received.current.locks.size > 0
}

/** Whether both signed the close. */
export function isAgreedClose(close: SignedClose | undefined): close is Required<SignedClose> {
  return close?.ownSignature !== undefined && close.peerSignature !== undefined
}

/** Signs a close by the lanes as they stand, if nothing of them is under way. From then on this side signs and accepts nothing more. */
export function signClose(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (channel.close !== undefined || hasLocks(channel) || !isQuiet(channel) || !tx.connected(channel.peer)) return
  const deadline = secondsOf(tx) + BigInt(tx.env.policy.deadlineDefault)
  const close: Close = { channelId, ...laneBalance(paidOf(channel)), deadline }
  const signature = tx.env.signer.sign(tx.env.digests.close(close))
  tx.channels.set(channelId, { ...channel, close: { close, ownSignature: signature } })
  tx.send(channel.peer, { type: 'close', close, signature })
}

/** Handles `close`: answers at once, or as soon as what this side has under way is answered. */
export function takeClose(tx: Tx, peer: Address, { close, signature }: CloseMessage): void {
  const channel = channelOf(tx, close.channelId, peer)
  const signer = tx.env.crypto.recover(tx.env.digests.close(close), signature)
  if (signer !== peer) throw new EngineError('PEER_SIGNATURE_WRONG', { what: 'close', peer })
  const bound = isBoundByClose(tx, channel) ? channel.close : undefined
  if (bound !== undefined && !sameEffect(bound.close, close)) {
    refuse(tx, peer, close, 'CLOSE_DIFFERS')
    return
  }
  if (bound !== undefined) {
    signSameEffect(tx, channel, bound, { close, peerSignature: signature })
    return
  }
  tx.channels.set(close.channelId, { ...channel, close: { close, peerSignature: signature } })
  answerClose(tx, close.channelId)
}

/**
 * Both asked at once, to the same effect: each answers the other's, and either is executed. The one with the later deadline is kept, as
 * what was signed binds until the last of the deadlines: one that was forgotten could be executed after the lanes have moved on.
 */
function signSameEffect(tx: Tx, channel: ChannelRecord, bound: SignedClose, asked: SignedClose): void {
  const { close } = asked
  try {
    checkDeadline(close.deadline, secondsOf(tx), { min: 0, max: tx.env.policy.deadlineMax })
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    refuse(tx, channel.peer, close, error.code)
    return
  }
  const ownSignature = tx.env.signer.sign(tx.env.digests.close(close))
  if (close.deadline > bound.close.deadline) {
    tx.channels.set(channel.channelId, { ...channel, close: { ...asked, ownSignature } })
  }
  answer(tx, channel.peer, close, { type: 'signed', signature: ownSignature })
}

/** Answers a close that waits for this side's signature, once nothing of this side is under way. */
export function answerClose(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const { close: asked, peer } = channel
  if (asked === undefined || asked.ownSignature !== undefined || !isQuiet(channel)) return
  const { close } = asked
  try {
    checkSignable(tx, channel, close)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const { close: _, ...rest } = channel
    tx.channels.set(channelId, rest)
    refuse(tx, peer, close, error.code)
    return
  }
  const ownSignature = tx.env.signer.sign(tx.env.digests.close(close))
  tx.channels.set(channelId, { ...channel, close: { ...asked, ownSignature } })
  answer(tx, peer, close, { type: 'signed', signature: ownSignature })
}

function checkSignable(tx: Tx, channel: ChannelRecord, close: Close): void {
  const { policy } = tx.env
  const { channelId, status, freeze } = channel
  const { closesAt, ended } = tx.chain.channel(channelId)
  if (status !== 'agreed' || freeze !== undefined || closesAt !== undefined || ended !== undefined) {
    throw new ProtocolError('CHANNEL_CLOSING', { channelId })
  }
  checkDeadline(close.deadline, secondsOf(tx), { min: 0, max: policy.deadlineMax })
  checkNoLocks(channelId, [draftState(channel.out), channel.in.current])
  checkCloseAmount(close, paidOf(channel))
}

function answer(tx: Tx, peer: Address, close: Close, given: Answer): void {
  tx.send(peer, { type: 'closeAnswer', close, answer: given })
}

function refuse(tx: Tx, peer: Address, close: Close, code: string): void {
  tx.env.log.info('close refused', { peer, channelId: close.channelId, code })
  answer(tx, peer, close, { type: 'refused', code })
}

/** Handles `closeAnswer`. A refusal leaves this side bound until the deadline has passed. */
export function takeCloseAnswer(tx: Tx, peer: Address, { close, answer: given }: CloseAnswerMessage): void {
  const channel = channelOf(tx, close.channelId, peer)
  const asked = channel.close
  if (asked?.ownSignature === undefined || !isSame(asked.close, close)) return
  if (given.type === 'refused') {
    tx.env.log.warn('peer refuses to close', { peer, channelId: close.channelId, code: given.code })
    return
  }
  const signer = tx.env.crypto.recover(tx.env.digests.close(close), given.signature)
  if (signer !== peer) throw new EngineError('PEER_SIGNATURE_WRONG', { what: 'close', peer })
  tx.channels.set(close.channelId, { ...channel, close: { ...asked, peerSignature: given.signature } })
}

const isSame = (one: Close, other: Close): boolean => sameEffect(one, other) && one.deadline === other.deadline

/** Forgets a close that can no longer be executed: a final block is past its deadline. */
export function dropExpiredClose(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (channel.close === undefined || closeBinds(channel.close.close, finalTime(tx))) return
  if (tx.chain.channel(channelId).endedFinal !== undefined) return
  const { close: _, ...rest } = channel
  tx.channels.set(channelId, rest)
}
