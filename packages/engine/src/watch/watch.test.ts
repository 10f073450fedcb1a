import { createDigests, virtualKind } from '@sluice/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ChainEvent } from '../ports/chain.ts'
import { collectionsOf, createState, type State } from '../records/state.ts'
import { createFastCrypto } from '../testing/fast-crypto.ts'
import { ChainWatch } from './watch.ts'

const crypto = createFastCrypto()
const digests = createDigests({ chainId: 1n, contract: `0x${'51'.repeat(20)}` }, crypto)
const channelId = `0x${'c1'.repeat(32)}` as const
const virtualId = `0x${'f1'.repeat(32)}` as const

let state: State
let watch: ChainWatch

const commit = () => {
  for (const participant of [...collectionsOf(state), watch]) {
    participant.keep()
    participant.applied()
  }
}
const block = (number: bigint, ...events: readonly ChainEvent[]) => {
  const ids = watch.takeBlock({ number, hash: `0x${number.toString(16)}`, timestamp: 1000n + number * 10n, events })
  commit()
  return ids
}
const final = (number: bigint) => {
  const ids = watch.takeFinal(number)
  commit()
  return ids
}

const deposited: ChainEvent = { type: 'deposited', channelId, party: 0, total: 100n }
const closeStarted: ChainEvent = { type: 'closeStarted', channelId, closesAt: 1100n }
const redeemed: ChainEvent = { type: 'virtualUpdated', virtualId, amount: 7n, finalAt: 1030n }

beforeEach(() => {
  state = createState({ crypto, digests }, virtualKind, () => {})
  watch = new ChainWatch(state)
})

describe('the chain watch', () => {
  it('knows its chain again by the newest final block that was told, over restarts', () => {
    expect(watch.seen).toBeUndefined()
    for (const number of [1n, 2n, 3n]) block(number)
    expect(watch.seen).toBeUndefined()
    final(2n)
    const seen = { number: 2n, hash: '0x2', finalAt: 1020n }
    expect(watch.seen).toEqual(seen)
    const later = new ChainWatch(state)
    expect(later.start).toBe(2n)
    expect(later.seen).toEqual(seen)
    // Heights without a block that was told leave it where it is.
    block(9n)
    final(8n)
    expect(watch.seen).toEqual({ number: 3n, hash: '0x3', finalAt: 1030n })
  })

  it('counts a deposit only once its block is final', () => {
    expect(block(1n, deposited)).toEqual(new Set([channelId]))
    expect(watch.channel(channelId)).toMatchObject({ deposits: [0n, 0n], any: { deposits: [100n, 0n] } })
    expect(final(1n)).toEqual(new Set([channelId]))
    expect(watch.channel(channelId).deposits).toEqual([100n, 0n])
  })

  it('forgets with a batch that fails what that batch told, and nothing else', () => {
    block(1n)
    block(2n, closeStarted)
    watch.takeFinal(2n)
    watch.keep()
    watch.takeRollback(1n)
    for (const participant of [...collectionsOf(state), watch]) participant.dropBatch()
    expect(watch.channel(channelId).closesAt).toBe(1100n)
    expect(watch.final).toBeUndefined()
    expect(watch.head?.number).toBe(2n)
    final(2n)
    expect(watch.channel(channelId).final.closesAt).toBe(1100n)
  })

  it('counts the start of a close as soon as any block shows it, until that block is reorged out', () => {
    block(1n)
    block(2n, closeStarted)
    expect(watch.channel(channelId).closesAt).toBe(1100n)
    expect(watch.takeRollback(1n)).toEqual(new Set([channelId]))
    expect(watch.channel(channelId).closesAt).toBeUndefined()
    expect(watch.head).toEqual({ number: 1n, timestamp: 1010n })
    expect(watch.knows(channelId)).toBe(false)
    block(2n)
    expect(watch.channel(channelId).closesAt).toBeUndefined()
  })

  it('knows what a virtual channel paid once a final block is past its window, and not before', () => {
    block(1n, redeemed)
    expect(watch.virtual(virtualId)).toEqual({ finalAt: 1030n, redeemed: 7n, finalAmount: undefined })
    final(1n)
    block(2n)
    block(3n)
    expect(watch.virtual(virtualId).finalAmount).toBeUndefined()
    final(2n)
    expect(watch.virtual(virtualId).finalAmount).toBeUndefined()
    final(3n)
    expect(watch.virtual(virtualId).finalAmount).toBe(7n)
  })

  it('keeps what is final and forgets the rest over a restart', () => {
    block(1n, deposited)
    block(2n, closeStarted)
    final(1n)
    const again = new ChainWatch(state)
    expect(again.start).toBe(1n)
    expect(again.head).toEqual({ number: 1n, timestamp: 1010n })
    expect(again.channel(channelId)).toMatchObject({ deposits: [100n, 0n], closesAt: undefined })
  })

  it('writes nothing for a while when final blocks hold nothing', () => {
    block(1n)
    final(1n)
    for (let number = 2n; number <= 150n; number++) {
      block(number)
      watch.takeFinal(number)
      const isWritten = state.cursor.isChanged
      commit()
      state.cursor.keep()
      expect(isWritten && number < 100n).toBe(false)
    }
    expect(state.cursor.committed('final')?.number).toBe(101n)
  })

  it('takes events of one block in their order, and a second final number for nothing new', () => {
    const ended: ChainEvent = { type: 'settled', channelId, paidA: 1n, paidB: 2n, pools: [3n, 4n] }
    const unlocked: ChainEvent = { type: 'unlocked', channelId, lane: 1, slot: 5, toReceiver: 1n, toPayer: 0n }
    block(1n, deposited, closeStarted, ended, unlocked, { type: 'withdrawn', channelId, party: 1, total: 9n })
    final(1n)
    expect(final(1n)).toEqual(new Set())
    expect(watch.channel(channelId)).toMatchObject({
      endedFinal: 'settled',
      withdrawn: [0n, 9n],
      final: { pools: [3n, 3n], unlocked: [{ lane: 1, slot: 5 }] },
    })
  })
})
