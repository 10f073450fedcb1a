import { nodeAbi } from '@sluice/contracts'
import type { ChainEvent } from '@sluice/engine'
import type { Address, Hex, LaneIndex, PartyIndex } from '@sluice/protocol'
import { decodeEventLog, type Log } from 'viem'

const address = (value: string): Address => value.toLowerCase() as Hex

/** The high and the low 128 bits of a word that an event packs. */
const halves = (word: bigint): readonly [bigint, bigint] => [word >> 128n, word & ((1n << 128n) - 1n)]

function decode(log: Log) {
  try {
    return decodeEventLog({ abi: nodeAbi, data: log.data, topics: log.topics })
  } catch {
    return undefined
  }
}

/** What a log says of a voucher that was shown. */
function shown(args: {
  readonly channelId: Hex
  readonly laneAndSeq: bigint
  readonly paidAndLocked: bigint
  readonly locksRoot: Hex
}): Extract<ChainEvent, { readonly type: 'laneUpdated' }> {
  const { channelId, laneAndSeq, paidAndLocked, locksRoot } = args
  const [lane, seq] = halves(laneAndSeq)
  const [paid, locked] = halves(paidAndLocked)
  return { type: 'laneUpdated', channelId, lane: Number(lane) as LaneIndex, seq, paid, locked, locksRoot }
}

/** What a log of the contract says, in order; nothing if the engine does not need to know. */
export function eventsOf(log: Log): readonly ChainEvent[] {
  const decoded = decode(log)
  if (decoded?.eventName === 'CloseStarted') {
    const { channelId, closesAt } = decoded.args
    const voucher = shown(decoded.args)
    const started = { type: 'closeStarted', channelId, closesAt } as const
    return voucher.seq === 0n ? [started] : [started, voucher]
  }
  const event = decoded === undefined ? undefined : eventOf(decoded)
  return event === undefined ? [] : [event]
}

type Decoded = Exclude<NonNullable<ReturnType<typeof decode>>, { readonly eventName: 'CloseStarted' }>

function eventOf(decoded: Decoded): ChainEvent | undefined {
  switch (decoded.eventName) {
    case 'Deposited': {
      const { channelId, partyAndTotal } = decoded.args
      const [party, total] = halves(partyAndTotal)
      return { type: 'deposited', channelId, party: Number(party) as PartyIndex, total }
    }
    case 'Withdrawn': {
      const { channelId, partyAndTotal } = decoded.args
      const [party, total] = halves(partyAndTotal)
      return { type: 'withdrawn', channelId, party: Number(party) as PartyIndex, total }
    }
    case 'LaneUpdated':
      return shown(decoded.args)
    case 'Closed': {
      const [paidA, paidB] = halves(decoded.args.paidAAndPaidB)
      return { type: 'closed', channelId: decoded.args.channelId, paidA, paidB }
    }
    case 'Settled': {
      const { channelId, paidAAndPaidB, pool0AndPool1 } = decoded.args
      const [paidA, paidB] = halves(paidAAndPaidB)
      return { type: 'settled', channelId, paidA, paidB, pools: halves(pool0AndPool1) }
    }
    case 'Unlocked': {
      const { channelId, laneAndIndex, reserveAndPaid } = decoded.args
      const [lane, slot] = halves(laneAndIndex)
      const [reserve, paid] = halves(reserveAndPaid)
      const shares = { toReceiver: paid, toPayer: reserve - paid }
      return { type: 'unlocked', channelId, lane: Number(lane) as LaneIndex, slot: Number(slot), ...shares }
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
