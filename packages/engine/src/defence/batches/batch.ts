import { type Address, type Hex, type Id, type LaneIndex, type LockTree, lowest } from '@sluice/protocol'
import type { ChainCall } from '../../ports/chain.ts'
import type { Policy } from '../../ports/environment.ts'
import type { Goal } from '../goals/goal.ts'
import { callBytes } from './call-bytes.ts'
import { callGas } from './call-gas.ts'

/** A call that is worth making, and the goals that it reaches. */
export interface Batch {
  readonly goals: readonly Goal[]
  readonly call: ChainCall
  /** Of all its goals together, native base units; undefined where that of one is not known. */
  readonly value: bigint | undefined
  /** What it is taken to cost now, native base units. */
  readonly cost: bigint
  /** By Ethereum's schedule. */
  readonly gas: number
  /** The earliest of its goals'. */
  readonly deadline: bigint | undefined
  readonly isAnswer: boolean
}

/** What joining calls needs beside them. */
export interface Material {
  /** The contract, which decides the locks of virtual channels. */
  readonly contract: Address
  /** The locks with which a settled channel's lane was shown. */
  locksOf(channelId: Id, lane: LaneIndex): LockTree | undefined
}

/** What calls cost now. */
export interface Prices {
  /** Native base units, margin included. `gas`: by Ethereum's schedule. */
  costOf(type: ChainCall['type'], gas: number): bigint
}

/** What bounds a call. */
export type CallLimits = Pick<Policy, 'callBytesMax' | 'callGasMax'>

/** Whether a call is no longer and takes no more gas than one may. */
export function fits(call: ChainCall, { callBytesMax, callGasMax }: CallLimits): boolean {
  return callBytes(call) <= callBytesMax && callGas(call) <= callGasMax
}

/** Whether what is at stake is worth a cost. What has no known price is worth any. */
export function isWorth(value: bigint | undefined, cost: bigint): boolean {
  return value === undefined || value >= cost
}

/** The sum of values; undefined where one is not known. */
export function totalValueOf(goals: readonly Goal[]): bigint | undefined {
  let sum = 0n
  for (const { value } of goals) {
    if (value === undefined) return undefined
    sum += value
  }
  return sum
}

/** Goals and the call that reaches all of them. */
export function batchOf(goals: readonly Goal[], call: ChainCall, prices: Prices): Batch {
  const deadlines = goals.flatMap(({ deadline }) => (deadline === undefined ? [] : [deadline]))
  const [first, ...others] = deadlines
  const gas = callGas(call)
  return {
    goals,
    call,
    gas,
    value: totalValueOf(goals),
    cost: prices.costOf(call.type, gas),
    deadline: first === undefined ? undefined : lowest(first, ...others),
    isAnswer: goals.some(({ isAnswer }) => isAnswer === true),
  }
}

/** What tells one goal from all others. */
export const nameOf = ({ id, key }: Pick<Goal, 'id' | 'key'>): string => `${id satisfies Hex}/${key}`
