import {
  type Address,
  bindingClose,
  type ChannelRecord,
  type Funds,
  type Id,
  incomeOnceCountersigned,
  isStanding,
  type LaneName,
  type LaneState,
  ownIncome,
  type PartyIndex,
  peerIncome,
  spendable,
  withdrawalReserve,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { capacityMinOf } from '../policy/policy.ts'
import type { StateView } from '../ports/tx.ts'

/** The batch's time in Unix seconds. */
export function secondsOf(tx: StateView): bigint {
  return BigInt(Math.floor(tx.now / 1000))
}

/** Unix seconds of the newest final block; 0 before any. */
export function finalTime(tx: StateView): bigint {
  return tx.chain.final?.timestamp ?? 0n
}

/** The other party. */
export function otherParty(party: PartyIndex): PartyIndex {
  return party === 0 ? 1 : 0
}

/** The name of the lane that this side pays on. */
export function ownLane({ channelId, self }: ChannelRecord): LaneName {
  return { channelId, lane: self }
}

/** The name of the lane that the peer pays on. */
export function peerLane({ channelId, self }: ChannelRecord): LaneName {
  return { channelId, lane: otherParty(self) }
}

/**
 * A channel by its id.
 *
 * @param peer Who must be its other end, if somebody in particular speaks of it.
 * @throws EngineError `CHANNEL_UNKNOWN`.
 */
export function channelOf(tx: StateView, channelId: Id, peer?: Address): ChannelRecord {
  const channel = tx.channels.get(channelId)
  if (channel === undefined || (peer !== undefined && channel.peer !== peer)) {
    throw new EngineError('CHANNEL_UNKNOWN', { channelId })
  }
  return channel
}

/** Whether nothing was ever signed in either lane. */
export function isUnused({ out, in: received }: Pick<ChannelRecord, 'out' | 'in'>): boolean {
  return out.nextSeq <= 1n && received.current.seq === 0n && received.refusedThrough === 0n
}

/**
 * Whether somebody paid into the channel what is worth keeping it for, by any block: this side anything, or both together what the smallest
 * virtual channel needs. Keys and agreements are free; deposits cost gas.
 */
export function isFunded(
  tx: StateView,
  { channelId, self, terms }: Pick<ChannelRecord, 'channelId' | 'self' | 'terms'>,
): boolean {
  const { deposits } = tx.chain.channel(channelId).any
  return deposits[self] > 0n || deposits[0] + deposits[1] >= capacityMinOf(tx.env.policy, terms.token)
}

/** Whether updates of the channel are over, or on hold: it does not stand, is frozen, signed to be closed, or any block shows its close. */
export function isClosing(tx: StateView, { channelId, phase }: ChannelRecord): boolean {
  if (!isStanding(phase) || phase.type === 'frozen' || bindingClose(phase, finalTime(tx)) !== undefined) return true
  const { closesAt, ended } = tx.chain.channel(channelId)
  return closesAt !== undefined || ended !== undefined
}

/** Whether the channel takes no new lock: it is closing, or this side wants it closed. */
export function isLeaving(tx: StateView, channel: ChannelRecord): boolean {
  return channel.phase.type !== 'open' || isClosing(tx, channel)
}

/** Whether the peer lets updates wait for its countersignature beyond its time: it gets no new lock until it countersigns. */
export function isStalled(tx: StateView, { out }: ChannelRecord): boolean {
  const { waitingSince } = out
  return waitingSince !== undefined && secondsOf(tx) >= waitingSince + BigInt(tx.env.policy.countersignTimeout)
}

/** A party's money in the channel by final blocks. */
export function fundsOf(tx: StateView, channel: ChannelRecord, party: PartyIndex): Funds {
  const { deposits, withdrawn } = tx.chain.channel(channel.channelId)
  const signed = channel.withdrawals.filter((one) => one.withdrawal.party === party).map((one) => one.withdrawal)
  const margin = party === channel.self ? BigInt(tx.env.policy.expiryMargin) : 0n
  return {
    deposit: deposits[party],
    withdrawn: withdrawn[party],
    reserved: withdrawalReserve(signed, withdrawn[party], finalTime(tx), margin),
  }
}

/** What this side could spend with its lane in that state, base units, after countersigning all it received. */
export function ownSpendable(tx: StateView, channel: ChannelRecord, lane: Pick<LaneState, 'paid' | 'locked'>): bigint {
  return spendable(fundsOf(tx, channel, channel.self), lane, incomeOnceCountersigned(channel.in))
}

/** What this side could spend without countersigning anything more, base units. */
export function ownSpendableNow(
  tx: StateView,
  channel: ChannelRecord,
  lane: Pick<LaneState, 'paid' | 'locked'>,
): bigint {
  return spendable(fundsOf(tx, channel, channel.self), lane, ownIncome(channel.in))
}

/** What the peer can spend with its lane in that state, base units, as this side counts it. */
export function peerSpendable(tx: StateView, channel: ChannelRecord, lane: Pick<LaneState, 'paid' | 'locked'>): bigint {
  return spendable(fundsOf(tx, channel, otherParty(channel.self)), lane, peerIncome(channel.out))
}
