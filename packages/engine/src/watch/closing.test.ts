import {
  type ChannelRecord,
  createDigests,
  emptyInLane,
  emptyOutLane,
  NATIVE_TOKEN,
  virtualKind,
} from '@sluice/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ChainEvent } from '../ports/chain.ts'
import { createState, type State } from '../records/state.ts'
import { createFastCrypto } from '../testing/fast-crypto.ts'
import { Closing } from './closing.ts'
import { ChainWatch } from './watch.ts'

const crypto = createFastCrypto()
const digests = createDigests({ chainId: 1n, contract: `0x${'51'.repeat(20)}` }, crypto)
const idOf = (byte: string) => `0x${byte.repeat(32)}` as const
const party = (byte: string) => ({ account: `0x${byte.repeat(20)}`, signer: `0x${byte.repeat(20)}` }) as const

const channel = (byte: string): ChannelRecord => ({
  channelId: idOf(byte),
  terms: { a: party('a1'), b: party('b1'), token: NATIVE_TOKEN, disputeWindow: 60, nonce: 0n },
  self: 0,
  peer: party('b1').signer,
  phase: { type: 'open', since: 0n, close: { type: 'none' } },
  out: emptyOutLane,
  in: emptyInLane,
  surplus: 0n,
  withdrawals: [],
})

let state: State
let watch: ChainWatch
let closing: Closing
let number = 0n

const block = (...events: readonly ChainEvent[]) => {
  number += 1n
  closing.note(watch.takeBlock({ number, hash: idOf('b0'), timestamp: 1000n + number, events }))
}

beforeEach(() => {
  state = createState({ crypto, digests }, virtualKind, () => {})
  watch = new ChainWatch(state)
  closing = new Closing(state, watch)
  number = 0n
})

describe('what is closing on chain', () => {
  it('is this side’s alone, from the block that says so until it is forgotten here', () => {
    const own = channel('c1')
    state.channels.set(own.channelId, own)
    block({ type: 'deposited', channelId: own.channelId, party: 0, total: 5n })
    expect([...closing]).toEqual([])
    block(
      { type: 'closeStarted', channelId: own.channelId, closesAt: 1100n },
      { type: 'closeStarted', channelId: idOf('c2'), closesAt: 1100n },
    )
    expect([...closing]).toEqual([own.channelId])
    block()
    expect([...closing]).toEqual([own.channelId])
    state.channels.set(own.channelId, { ...own, phase: { type: 'ended' } })
    expect([...closing]).toEqual([own.channelId])
    state.channels.set(own.channelId, undefined)
    expect([...closing]).toEqual([])
  })

  it('holds a channel that the other end closed before its word to agree arrived', () => {
    const proposed = channel('c3')
    state.channels.set(proposed.channelId, { ...proposed, phase: { type: 'proposed', since: 0n } })
    block({ type: 'closeStarted', channelId: proposed.channelId, closesAt: 1100n })
    state.channels.set(proposed.channelId, proposed)
    expect([...closing]).toEqual([proposed.channelId])
  })

  it('stays through a rollback of its close, so that the next close is not missed either', () => {
    const own = channel('c4')
    state.channels.set(own.channelId, own)
    block()
    block({ type: 'closeStarted', channelId: own.channelId, closesAt: 1100n })
    closing.note(watch.takeRollback(1n))
    expect([...closing]).toEqual([own.channelId])
  })
})
