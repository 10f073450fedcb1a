// What the chain says of a call, in the model's words.

import { sluiceAbi } from '@sluice/contracts'
import { type ContractEvent, Refusal, type RefusalName } from '@sluice/engine/testing'
import type { Address, Hex, LaneIndex, PartyIndex } from '@sluice/protocol'
import { decodeErrorResult, decodeEventLog, type Log, toFunctionSelector } from 'viem'
import { surroundingsAbi } from './surroundings.ts'

const errors = [...sluiceAbi, ...surroundingsAbi].filter((one) => one.type === 'error')

/** Why a call was refused, from what it answered. */
export function decodeRefusal(data: Hex): Refusal {
  const { errorName, args } = decodeErrorResult({ abi: errors, data })
  return new Refusal(errorName as RefusalName, args ?? [])
}

const nameOf = (selector: Hex): RefusalName => {
  const found = errors.find(
    ({ name, inputs }) => toFunctionSelector(`${name}(${inputs.map(({ type }) => type)})`) === selector,
  )
  if (found === undefined) throw new Error(`no error has the selector ${selector}`)
  return found.name as RefusalName
}

const lower = (address: string): Address => address.toLowerCase() as Hex
const LOW = (1n << 128n) - 1n

/** What a log of the contract tells. */
export function decodeEvent({ data, topics }: Log): ContractEvent {
  const { eventName, args } = decodeEventLog({ abi: sluiceAbi, data, topics })
  switch (eventName) {
    case 'Deposited': {
      const { channelId, partyAndTotal } = args
      const party = Number(partyAndTotal >> 128n) as PartyIndex
      return { type: 'deposited', channelId, party, total: partyAndTotal & LOW }
    }
    case 'Withdrawn':
      return { type: 'withdrawn', ...args, party: args.party as PartyIndex }
    case 'Closed':
      return { type: 'closed', ...args }
    case 'CloseStarted':
      return { type: 'closeStarted', ...args }
    case 'LaneUpdated':
      return { type: 'laneUpdated', ...args, lane: args.lane as LaneIndex }
    case 'Settled': {
      const { pool0, pool1, ...rest } = args
      return { type: 'settled', ...rest, pools: [pool0, pool1] }
    }
    case 'Unlocked': {
      const { channelId, lane, index, reserve, paid } = args
      return { type: 'unlocked', channelId, lane: lane as LaneIndex, slot: index, reserve, paid }
    }
    case 'VirtualUpdated': {
      const { virtualId, finalAtAndAmount } = args
      return { type: 'virtualUpdated', virtualId, amount: finalAtAndAmount & LOW, finalAt: finalAtAndAmount >> 128n }
    }
    case 'Credited':
      return { type: 'credited', ...args, account: lower(args.account), token: lower(args.token) }
    case 'CreditPaid': {
      const { account, token, to, amount } = args
      return { type: 'creditPaid', account: lower(account), token: lower(token), to: lower(to), amount }
    }
    case 'Skipped':
      return { type: 'skipped', id: args.id, position: Number(args.position), reason: nameOf(args.reason) }
  }
}
