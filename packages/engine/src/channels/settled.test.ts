import {
  emptyInLane,
  emptyLocks,
  emptyOutLane,
  type Hex,
  type LaneLock,
  type LaneState,
  setLock,
} from '@sluice/protocol'
import { testCrypto } from '@sluice/protocol/testing'
import { expect, it } from 'vitest'
import type { ChainReader } from '../ports/chain-view.ts'
import { noChannelFacts } from '../watch/facts.ts'
import { holdsOwn, ownSlots } from './settled.ts'

const lockId: Hex = `0x${'11'.repeat(32)}`
const lock: LaneLock = { amount: 7n, condition: `0x${'22'.repeat(32)}`, lockId }
const state: LaneState = { seq: 3n, paid: 0n, locked: 7n, locks: setLock(testCrypto.keccak256, emptyLocks, 0, lock) }
const channel = { self: 0, in: emptyInLane, out: { ...emptyOutLane, base: { ...emptyOutLane.base, state } } } as const
const facts = noChannelFacts(`0x${'33'.repeat(32)}`)
const [shown, nothing] = facts.shown
const settlement = { shown: [{ ...shown, seq: 3n }, nothing], unlocked: [] } as const
const reader = { virtual: () => ({ finalAt: 1n, redeemed: 1n }), head: { timestamp: 5n } } as unknown as ChainReader

it('finds what is not unlocked in a settled lane, as long as something is left in its pool', () => {
  const standing = { ...settlement, pools: [1n, 0n] } as const
  expect(ownSlots(channel, standing, reader, 0)).toEqual([{ slot: 0, lock, gain: 6n }])
  expect(holdsOwn(channel, standing, reader, () => true)).toBe(true)
  const empty = { ...settlement, pools: [0n, 1n] } as const
  expect(ownSlots(channel, empty, reader, 0)).toEqual([])
  expect(holdsOwn(channel, empty, reader, () => true)).toBe(false)
})
