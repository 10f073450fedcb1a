// What the contract ought to hold, in plain fields, for the differential test.

import type { Address, Hex } from 'viem'

/** A refusal: the error's name and its arguments. */
export interface Refusal {
  name: string
  args: readonly unknown[]
}

/** What a lane's voucher last shown says. */
export interface LaneModel {
  seq: bigint
  paid: bigint
  locked: bigint
  locksRoot: Hex
  pool: bigint
  unlocked: Set<number>
}

/** A channel. */
export interface ChannelModel {
  id: Hex
  deposits: [bigint, bigint]
  withdrawn: [bigint, bigint]
  lanes: [LaneModel, LaneModel]
  closesAt: bigint
  end: 'none' | 'closed' | 'settled'
}

/** A virtual channel; its window never began while `finalAt` is zero. */
export interface VirtualModel {
  id: Hex
  path: readonly Address[]
  capacity: bigint
  window: bigint
  amount: bigint
  finalAt: bigint
}

/** What a call is due to change, or why it is refused. */
export type Outcome = { refusal: Refusal } | { payouts: [bigint, bigint] }

/** The outcome of a call that pays nobody. */
export const nothing: Outcome = { payouts: [0n, 0n] }

/** The outcome of a call that is refused. */
export const refuse = (name: string, ...args: unknown[]): Outcome => ({ refusal: { name, args } })

/** A lane to which nothing was shown. */
export const emptyLane = (): LaneModel => ({
  seq: 0n,
  paid: 0n,
  locked: 0n,
  locksRoot: `0x${'00'.repeat(32)}`,
  pool: 0n,
  unlocked: new Set(),
})

/** What the parties still have in the channel. */
export const potOf = ({ deposits, withdrawn }: ChannelModel): bigint =>
  deposits[0] + deposits[1] - withdrawn[0] - withdrawn[1]

/** Whether the channel was paid out. */
export const isOver = (channel: ChannelModel): boolean => channel.end !== 'none'

/** The smaller of two. */
export const least = (x: bigint, y: bigint): bigint => (x < y ? x : y)
