// Deposits, withdrawals and closes together, as protocol.md section 4 has them.

import type { Address, Hex } from 'viem'
import { type ChannelModel, isOver, nothing, type Outcome, potOf, refuse } from './state.ts'

/** Whose signatures a call carries over a digest, and whose it needs. */
export interface Signed {
  digest: Hex
  by: readonly (Address | undefined)[]
}

/** The first needed signature that is missing. */
export function missing({ digest, by }: Signed, needed: readonly Address[]): Outcome | undefined {
  const signer = needed.find((address, index) => by[index] !== address)
  return signer === undefined ? undefined : refuse('BadSignature', digest, signer)
}

/** A native deposit. */
export function deposit(channel: ChannelModel, party: number, amount: bigint): Outcome {
  if (party > 1) return refuse('WrongParty', party)
  if (amount === 0n) return refuse('NothingReceived')
  if (isOver(channel)) return refuse('ChannelOver', channel.id)
  channel.deposits[party === 0 ? 0 : 1] += amount
  return nothing
}

/** Why what both sign together is refused, whatever it says. */
function refused(
  channel: ChannelModel,
  deadline: bigint,
  now: bigint,
  signed: Signed,
  signers: readonly Address[],
): Outcome | undefined {
  if (now > deadline) return refuse('DeadlinePassed', deadline, now)
  const unsigned = missing(signed, signers)
  if (unsigned !== undefined) return unsigned
  return isOver(channel) ? refuse('ChannelOver', channel.id) : undefined
}

/** A withdrawal signed by both. */
export function withdraw(
  channel: ChannelModel,
  party: 0 | 1,
  total: bigint,
  deadline: bigint,
  now: bigint,
  signed: Signed,
  signers: readonly Address[],
): Outcome {
  const refusal = refused(channel, deadline, now, signed, signers)
  if (refusal !== undefined) return refusal
  const before = channel.withdrawn[party]
  if (total <= before) return refuse('NothingNew', channel.id, before, total)
  const part = total - before
  if (part > potOf(channel)) return refuse('PotTooSmall', channel.id, potOf(channel), part)
  channel.withdrawn[party] = total
  return { payouts: party === 0 ? [part, 0n] : [0n, part] }
}

/** A close signed by both. */
export function close(
  channel: ChannelModel,
  from: 0 | 1,
  amount: bigint,
  deadline: bigint,
  now: bigint,
  signed: Signed,
  signers: readonly Address[],
): Outcome {
  const refusal = refused(channel, deadline, now, signed, signers)
  if (refusal !== undefined) return refusal
  const shares: [bigint, bigint] = [
    channel.deposits[0] - channel.withdrawn[0] + (from === 0 ? -amount : amount),
    channel.deposits[1] - channel.withdrawn[1] + (from === 1 ? -amount : amount),
  ]
  for (const party of [0, 1] as const) {
    if (shares[party] < 0n) return refuse('ShareBelowZero', channel.id, party, shares[party])
  }
  channel.end = 'closed'
  return { payouts: shares }
}
