import {
  type Address,
  type Answer,
  type ChannelRecord,
  type Countersignature,
  checkDeadline,
  draftState,
  type Id,
  incomeOnceCountersigned,
  ownIncome,
  ProtocolError,
  type SignedWithdrawal,
  SluiceError,
  type WithdrawAnswerMessage,
  type Withdrawal,
  type WithdrawMessage,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import {
  channelOf,
  finalTime,
  fundsOf,
  isClosing,
  otherParty,
  ownSpendable,
  peerSpendable,
  secondsOf,
} from '../lanes/channel.ts'
import { countersign } from '../lanes/countersign.ts'
import { applyCountersignature } from '../lanes/handle-countersign.ts'
import { Waiting } from '../loop/waiting.ts'
import type { Tx } from '../ports/tx.ts'
import { checkAmount, checkNotFrozen } from './deposit.ts'

/** What this side could withdraw now, base units. */
export function withdrawable(tx: Tx, channel: ChannelRecord): bigint {
  const free = ownSpendable(tx, channel, draftState(channel.out))
  return free > 0n ? free : 0n
}

/** A party's withdrawal that is signed and neither executed nor expired by a final block. */
export function pendingWithdrawal(channel: ChannelRecord, party: 0 | 1): SignedWithdrawal | undefined {
  return channel.withdrawals.find(({ withdrawal }) => withdrawal.party === party)
}

/**
 * Signs a withdrawal of this side and asks the peer to sign it too. It counts as spent from here on. Returns the total.
 *
 * @throws EngineError `AMOUNT_INVALID`, `CHANNEL_NOT_OPEN`, `CHANNEL_FROZEN`, `WITHDRAW_PENDING`, `WITHDRAW_TOO_MUCH`.
 */
export function requestWithdrawal(tx: Tx, channelId: Id, amount: bigint): bigint {
  checkAmount(amount)
  const channel = channelOf(tx, channelId)
  checkNotFrozen(channel)
  const { self, peer } = channel
  if (isClosing(tx, channel)) throw new EngineError('CHANNEL_NOT_OPEN', { channelId, status: 'closing' })
  if (pendingWithdrawal(channel, self) !== undefined) throw new EngineError('WITHDRAW_PENDING', { channelId })
  const spendable = withdrawable(tx, channel)
  if (amount > spendable) throw new EngineError('WITHDRAW_TOO_MUCH', { amount, spendable })
  const { withdrawn } = fundsOf(tx, channel, self)
  const deadline = secondsOf(tx) + BigInt(tx.env.policy.deadlineDefault)
  const withdrawal: Withdrawal = { channelId, party: self, total: withdrawn + amount, deadline }
  if (ownIncome(channel.in) < incomeOnceCountersigned(channel.in)) countersign(tx, channelId)
  const signature = tx.env.signer.sign(tx.env.digests.withdrawal(withdrawal))
  const now = channelOf(tx, channelId)
  tx.channels.set(channelId, { ...now, withdrawals: [...now.withdrawals, { type: 'signed', withdrawal }] })
  tx.send(peer, { type: 'withdraw', withdrawal, signature })
  return withdrawal.total
}

/** Handles `withdraw`: signs what the peer can spend. */
export function handleWithdraw(tx: Tx, peer: Address, message: WithdrawMessage): void {
  const { withdrawal, signature, countersignature } = message
  const { channelId } = withdrawal
  takeRiding(tx, peer, channelId, countersignature)
  try {
    checkWithdrawal(tx, channelOf(tx, channelId, peer), withdrawal, signature)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.info('withdrawal refused', { peer, channelId, code: error.code })
    tx.send(peer, { type: 'withdrawAnswer', withdrawal, answer: { type: 'refused', code: error.code } })
    return
  }
  const channel = channelOf(tx, channelId)
  const ownSignature = tx.env.signer.sign(tx.env.digests.withdrawal(withdrawal))
  const signed: SignedWithdrawal = { type: 'agreed', withdrawal, peerSignature: signature }
  tx.channels.set(channelId, { ...channel, withdrawals: [...channel.withdrawals, signed] })
  tx.send(peer, { type: 'withdrawAnswer', withdrawal, answer: { type: 'signed', signature: ownSignature } })
}

function takeRiding(tx: Tx, peer: Address, channelId: Id, countersignature: Countersignature | undefined): void {
  if (countersignature !== undefined)
    applyCountersignature(tx, channelOf(tx, channelId, peer).channelId, countersignature)
}

function checkWithdrawal(tx: Tx, channel: ChannelRecord, withdrawal: Withdrawal, signature: string): void {
  const { channelId, self, peer, in: received } = channel
  const { party, total, deadline } = withdrawal
  if (tx.env.crypto.recover(tx.env.digests.withdrawal(withdrawal), signature as Id) !== peer) {
    throw new EngineError('PEER_SIGNATURE_WRONG', { what: 'withdrawal', peer })
  }
  if (isClosing(tx, channel)) throw new ProtocolError('CHANNEL_CLOSING', { channelId })
  if (party === self) throw new EngineError('WITHDRAW_REFUSED', { peer, code: 'it is not for its own side' })
  if (pendingWithdrawal(channel, party) !== undefined) throw new EngineError('WITHDRAW_PENDING', { channelId })
  checkDeadline(deadline, secondsOf(tx), { min: 0, max: tx.env.policy.deadlineMax })
  const amount = total - fundsOf(tx, channel, otherParty(self)).withdrawn
  const spendable = peerSpendable(tx, channel, received.current)
  if (amount <= 0n || amount > spendable) throw new EngineError('WITHDRAW_TOO_MUCH', { amount, spendable })
}

/** Handles `withdrawAnswer`. A refused one still counts until it has expired: its signature is out. */
export function handleWithdrawAnswer(tx: Tx, peer: Address, { withdrawal, answer }: WithdrawAnswerMessage): void {
  const channel = channelOf(tx, withdrawal.channelId, peer)
  const index = channel.withdrawals.findIndex((one) => isSame(one.withdrawal, withdrawal))
  const known = channel.withdrawals[index]
  if (known === undefined || withdrawal.party !== channel.self || known.type === 'agreed') return
  const withdrawals = channel.withdrawals.with(index, answered(tx, peer, withdrawal, answer))
  tx.channels.set(channel.channelId, { ...channel, withdrawals })
}

function answered(tx: Tx, peer: Address, withdrawal: Withdrawal, answer: Answer): SignedWithdrawal {
  if (answer.type === 'refused') {
    const { code } = answer
    tx.env.log.warn('peer refuses the withdrawal', { peer, channelId: withdrawal.channelId, code })
    return { type: 'refused', withdrawal, code }
  }
  if (tx.env.crypto.recover(tx.env.digests.withdrawal(withdrawal), answer.signature) !== peer) {
    throw new EngineError('PEER_SIGNATURE_WRONG', { what: 'withdrawal', peer })
  }
  return { type: 'agreed', withdrawal, peerSignature: answer.signature }
}

function isSame(one: Withdrawal, other: Withdrawal): boolean {
  return one.party === other.party && one.total === other.total && one.deadline === other.deadline
}

/**
 * Forgets withdrawals that a final block shows executed or past their deadline. Its own this side waits for a while longer: what it spends once one is
 * expired, the peer has to see as expired, too.
 */
export function dropSettledWithdrawals(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const { withdrawn } = tx.chain.channel(channelId)
  const marginOf = (party: 0 | 1) => (party === channel.self ? BigInt(tx.env.policy.expiryMargin) : 0n)
  const isLive = ({ withdrawal: { total, party, deadline } }: SignedWithdrawal): boolean =>
    total > withdrawn[party] && finalTime(tx) <= deadline + marginOf(party)
  const withdrawals = channel.withdrawals.filter(isLive)
  if (withdrawals.length < channel.withdrawals.length) tx.channels.set(channelId, { ...channel, withdrawals })
}

/**
 * Waits until a final block shows the withdrawal. What it needs to know is in the channel's record.
 *
 * @throws EngineError `WITHDRAW_REFUSED`, `WITHDRAW_EXPIRED`.
 */
export function awaitWithdrawal(tx: Tx, channelId: Id, total: bigint): true | Waiting {
  const channel = channelOf(tx, channelId)
  const { self, peer } = channel
  if (tx.chain.channel(channelId).withdrawn[self] >= total) return true
  const pending = pendingWithdrawal(channel, self)
  if (pending?.withdrawal.total !== total) throw new EngineError('WITHDRAW_EXPIRED', { channelId })
  if (pending.type === 'refused') throw new EngineError('WITHDRAW_REFUSED', { peer, code: pending.code })
  const whom = pending.type === 'signed' ? `${peer} to sign the withdrawal` : 'a final block to hold the withdrawal'
  return new Waiting(whom, channelId)
}
