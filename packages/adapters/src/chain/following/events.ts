import { sluiceAbi } from '@sluice/contracts'
import type { ChainEvent } from '@sluice/engine'
import type { Address, Hex, LaneIndex, PartyIndex } from '@sluice/protocol'
import { decodeEventLog, type Log } from 'viem'

const address = (value: string): Address => value.toLowerCase() as Hex

/** The high and the low 128 bits of a word that an event packs. */
const halves = (word: bigint): readonly [bigint, bigint] => [word >> 128n, word & ((1n << 128n) - 1n)]

function decode(log: Log) {
  try {
    return decodeEventLog({ abi: sluiceAbi, data: log.data, topics: log.topics })
  } catch {
    return undefined
  }
}

/** What a log of the contract says, or undefined if the engine does not need to know. */
export function eventOf(log: Log): ChainEvent | undefined {
  const decoded = decode(log)
  switch (decoded?.eventName) {
    case 'Deposited': {
      const { channelId, partyAndTotal } = decoded.args
      const [party, total] = halves(partyAndTotal)
      return { type: 'deposited', channelId, party: Number(party) as PartyIndex, total }
    }
    case 'Withdrawn': {
      const { channelId, party, total } = decoded.args
      return { type: 'withdrawn', channelId, party: party as PartyIndex, total }
    }
    case 'CloseStarted':
      return { type: 'closeStarted', ...decoded.args }
    case 'LaneUpdated':
      return { type: 'laneUpdated', ...decoded.args, lane: decoded.args.lane as LaneIndex }
    case 'Closed':
      return { type: 'closed', ...decoded.args }
    case 'Settled': {
      const { channelId, paidA, paidB, pool0, pool1 } = decoded.args
      return { type: 'settled', channelId, paidA, paidB, pools: [pool0, pool1] }
    }
    case 'Unlocked': {
      const { channelId, lane, index, reserve, paid } = decoded.args
      const toPayer = reserve - paid
      return { type: 'unlocked', channelId, lane: lane as LaneIndex, slot: index, toReceiver: paid, toPayer }
    }
    case 'VirtualUpdated': {
      const { virtualId, finalAtAndAmount } = decoded.args
      const [finalAt, amount] = halves(finalAtAndAmount)
      return { type: 'virtualUpdated', virtualId, amount, finalAt }
    }
    case 'Credited': {
      const { account, token, amount } = decoded.args
      return { type: 'credited', account: address(account), token: address(token), amount }
    }
    default:
      return undefined
  }
}
