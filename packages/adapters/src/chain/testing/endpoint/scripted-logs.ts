import { nodeAbi } from '@sluice/contracts'
import type { Hex, Id } from '@sluice/protocol'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import type { ScriptedLog } from './scripted-chain.ts'

const halves = (high: bigint, low: bigint): bigint => (high << 128n) | low

/** What the log of a close that was started holds beside the channel: when it ends, and the voucher shown. */
const started = [{ type: 'uint64' }, { type: 'uint256' }, { type: 'uint256' }, { type: 'bytes32' }] as const

const NO_ROOT: Hex = `0x${'00'.repeat(32)}`

/** The contract's log of a close that a party started without a voucher. `closesAt`: Unix seconds. */
export function closeStartedLog(channelId: Id, closesAt: bigint): ScriptedLog {
  const topics = encodeEventTopics({ abi: nodeAbi, eventName: 'CloseStarted', args: { channelId } })
  return { topics: topics as Hex[], data: encodeAbiParameters(started, [closesAt, 0n, 0n, NO_ROOT]) }
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
