// What the chain says of a call, in the model's words.

import { sluiceAbi } from '@sluice/contracts'
import { type ContractEvent, Refusal, type RefusalName } from '@sluice/engine/testing'
import type { Address, Hex, LaneIndex, PartyIndex } from '@sluice/protocol'
import { type DecodeEventLogReturnType, decodeErrorResult, decodeEventLog, type Log, toFunctionSelector } from 'viem'
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

/** What a log of the contract tells: of a close that began with a voucher, both. */
export function decodeEvents({ data, topics }: Log): readonly ContractEvent[] {
  const event = decodeEventLog({ abi: sluiceAbi, data, topics })
  if (event.eventName !== 'CloseStarted') return [decodeEvent(event)]
  const { channelId, closesAt } = event.args
  const shown = voucherOf(event.args)
  return [{ type: 'closeStarted', channelId, closesAt }, ...(shown.seq === 0n ? [] : [shown])]
}

interface ShownArgs {
  readonly channelId: Hex
  readonly laneAndSeq: bigint
  readonly paidAndLocked: bigint
  readonly locksRoot: Hex
}

function voucherOf({ channelId, laneAndSeq, paidAndLocked, locksRoot }: ShownArgs) {
  const lane = Number(laneAndSeq >> 128n) as LaneIndex
  const voucher = { seq: laneAndSeq & LOW, paid: paidAndLocked >> 128n, locked: paidAndLocked & LOW, locksRoot }
  return { type: 'laneUpdated', channelId, lane, ...voucher } as const
}

type Decoded = Exclude<DecodeEventLogReturnType<typeof sluiceAbi>, { readonly eventName: 'CloseStarted' }>

function decodeEvent({ eventName, args }: Decoded): ContractEvent {
  switch (eventName) {
    case 'Deposited': {
      const { channelId, partyAndTotal } = args
      const party = Number(partyAndTotal >> 128n) as PartyIndex
      return { type: 'deposited', channelId, party, total: partyAndTotal & LOW }
    }
    case 'Withdrawn': {
      const { channelId, partyAndTotal, paid } = args
      const party = Number(partyAndTotal >> 128n) as PartyIndex
      return { type: 'withdrawn', channelId, party, total: partyAndTotal & LOW, paid }
    }
    case 'Closed': {
      const { channelId, paidAAndPaidB } = args
      return { type: 'closed', channelId, paidA: paidAAndPaidB >> 128n, paidB: paidAAndPaidB & LOW }
    }
    case 'LaneUpdated':
      return voucherOf(args)
    case 'Settled': {
      const { channelId, paidAAndPaidB, pool0AndPool1 } = args
      const pools = [pool0AndPool1 >> 128n, pool0AndPool1 & LOW] as const
      return { type: 'settled', channelId, paidA: paidAAndPaidB >> 128n, paidB: paidAAndPaidB & LOW, pools }
    }
    case 'Unlocked': {
      const { channelId, laneAndIndex, reserveAndPaid } = args
      const [lane, slot] = [Number(laneAndIndex >> 128n) as LaneIndex, Number(laneAndIndex & LOW)]
      return { type: 'unlocked', channelId, lane, slot, reserve: reserveAndPaid >> 128n, paid: reserveAndPaid & LOW }
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
    case 'RedirectNonceUsed':
      return { type: 'redirectNonceUsed', account: lower(args.account), nonce: args.nonce }
    case 'Skipped':
      return { type: 'skipped', id: args.id, position: Number(args.position), reason: nameOf(args.reason) }
  }
}
