import { nodeAbi } from '@sluice/contracts'
import type { Hex, Id } from '@sluice/protocol'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import type { ScriptedLog } from './scripted-chain.ts'

const halves = (high: bigint, low: bigint): bigint => (high << 128n) | low

/** The contract's log of a close that a party started. `closesAt`: Unix seconds. */
export function closeStartedLog(channelId: Id, closesAt: bigint): ScriptedLog {
  const topics = encodeEventTopics({ abi: nodeAbi, eventName: 'CloseStarted', args: { channelId } })
  return { topics: topics as Hex[], data: encodeAbiParameters([{ type: 'uint64' }], [closesAt]) }
}

/** The contract's log of a deposit. `total`: base units, all deposits of the party. */
export function depositedLog(channelId: Id, party: 0 | 1, total: bigint): ScriptedLog {
  const topics = encodeEventTopics({ abi: nodeAbi, eventName: 'Deposited', args: { channelId } })
  return { topics: topics as Hex[], data: encodeAbiParameters([{ type: 'uint256' }], [halves(BigInt(party), total)]) }
}

/** The contract's log of a virtual channel's window that began, or of its amount that rose. `finalAt`: Unix seconds. */
export function virtualUpdatedLog(virtualId: Id, amount: bigint, finalAt: bigint): ScriptedLog {
  const topics = encodeEventTopics({ abi: nodeAbi, eventName: 'VirtualUpdated', args: { virtualId } })
  return { topics: topics as Hex[], data: encodeAbiParameters([{ type: 'uint256' }], [halves(finalAt, amount)]) }
}
