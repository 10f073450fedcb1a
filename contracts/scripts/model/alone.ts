// The one-sided close, its vouchers and its locks, as protocol.md section 4 has them.

import type { Address, Hex } from 'viem'
import { type ChannelModel, isOver, least, nothing, type Outcome, potOf, refuse } from './state.ts'
import { missing, type Signed } from './together.ts'

/** A lane voucher as it is shown. */
export interface Shown {
  lane: 0 | 1
  seq: bigint
  paid: bigint
  locked: bigint
  locksRoot: Hex
  signed: Signed
}

/** Who may act, by party: signer and account. */
export type Speakers = readonly [readonly Address[], readonly Address[]]

/** The start of a close, with or without a voucher. */
export function startClose(
  channel: ChannelModel,
  shown: Shown | undefined,
  sender: Address,
  speakers: Speakers,
  window: bigint,
  now: bigint,
): Outcome {
  if (!speakers.flat().includes(sender)) return refuse('NotParty', channel.id, sender)
  if (isOver(channel)) return refuse('ChannelOver', channel.id)
  if (channel.closesAt !== 0n) return refuse('AlreadyClosing', channel.id, channel.closesAt)
  const outcome = shown === undefined ? nothing : show(channel, shown, sender, speakers)
  if ('payouts' in outcome) channel.closesAt = now + window
  return outcome
}

/** A newer voucher within the window. */
export function updateLane(
  channel: ChannelModel,
  shown: Shown,
  sender: Address,
  speakers: Speakers,
  now: bigint,
): Outcome {
  if (isOver(channel)) return refuse('ChannelOver', channel.id)
  if (channel.closesAt === 0n) return refuse('NotClosing', channel.id)
  if (now >= channel.closesAt) return refuse('WindowOver', channel.id, channel.closesAt)
  return show(channel, shown, sender, speakers)
}

function show(channel: ChannelModel, shown: Shown, sender: Address, speakers: Speakers): Outcome {
  const lane = channel.lanes[shown.lane]
  const receiver = shown.lane === 0 ? 1 : 0
  if (shown.seq <= lane.seq) return refuse('StaleVoucher', channel.id, shown.lane, lane.seq, shown.seq)
  const [payerSigner, receiverSigner] = [speakers[shown.lane][0], speakers[receiver][0]]
  if (payerSigner === undefined || receiverSigner === undefined) throw new Error('a party has a signer')
  const unsigned = missing(shown.signed, [payerSigner])
  if (unsigned !== undefined) return unsigned
  if (!speakers[receiver].includes(sender)) {
    if (shown.signed.by[1] === undefined) return refuse('NotReceiver', channel.id, shown.lane, sender)
    if (shown.signed.by[1] !== receiverSigner) return refuse('BadSignature', shown.signed.digest, receiverSigner)
  }
  Object.assign(lane, { seq: shown.seq, paid: shown.paid, locked: shown.locked, locksRoot: shown.locksRoot })
  return nothing
}

/** The settlement after the window. */
export function settle(channel: ChannelModel, locked: readonly [bigint, bigint], now: bigint): Outcome {
  if (isOver(channel)) return refuse('ChannelOver', channel.id)
  if (channel.closesAt === 0n) return refuse('NotClosing', channel.id)
  if (now < channel.closesAt) return refuse('WindowOpen', channel.id, channel.closesAt)
  for (const n of [0, 1] as const) {
    const lane = channel.lanes[n]
    if (lane.locked !== 0n && lane.locked !== locked[n]) return refuse('LocksMismatch', channel.id, n)
  }
  const [lane0, lane1] = channel.lanes
  const pot = potOf(channel)
  const balance = channel.deposits[0] - channel.withdrawn[0] - lane0.paid + lane1.paid
  const shareA = balance < 0n ? 0n : least(balance, pot)
  lane0.pool = least(lane0.locked, shareA)
  lane1.pool = least(lane1.locked, pot - shareA)
  channel.end = 'settled'
  return { payouts: [shareA - lane0.pool, pot - shareA - lane1.pool] }
}

/** What a lock's condition came to. */
export interface Answer {
  resolver: Address
  id: Hex
  isFinal: boolean
  amount: bigint
}

/** The payout of one lock. */
export function unlock(
  channel: ChannelModel,
  n: 0 | 1,
  index: number,
  amount: bigint,
  isProven: boolean,
  answer: Answer,
): Outcome {
  const lane = channel.lanes[n]
  if (channel.end !== 'settled') return refuse('NotSettled', channel.id)
  if (!isProven || lane.locked === 0n) return refuse('BadProof', channel.id, n, index)
  if (lane.unlocked.has(index)) return refuse('AlreadyUnlocked', channel.id, n, index)
  if (!answer.isFinal) return refuse('NotFinal', answer.resolver, answer.id, 0)
  const reserve = least(amount, lane.pool)
  const paid = least(reserve, answer.amount)
  lane.pool -= reserve
  lane.unlocked.add(index)
  return { payouts: n === 0 ? [reserve - paid, paid] : [paid, reserve - paid] }
}
