import { type Id, ZERO_HASH } from '@sluice/protocol'
import type { ChainEvent } from '../ports/chain.ts'
import type { ChannelFacts, ShownLane } from '../ports/chain-view.ts'
import type { VirtualFacts } from '../records/virtual-facts.ts'

const nothingShown: ShownLane = { seq: 0n, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }

/** A channel that the chain never named. */
export function noChannelFacts(channelId: Id): ChannelFacts {
  return {
    channelId,
    deposits: [0n, 0n],
    withdrawn: [0n, 0n],
    shown: [nothingShown, nothingShown],
    unlocked: [],
    at: 0n,
  }
}

function replaceAt<T>(two: readonly [T, T], index: 0 | 1, value: T): readonly [T, T] {
  return index === 0 ? [value, two[1]] : [two[0], value]
}

/** The id that an event is about, by kind; undefined for credits. */
export function subjectOf(event: ChainEvent): { readonly kind: 'channel' | 'virtual'; readonly id: Id } | undefined {
  if (event.type === 'credited') return undefined
  if (event.type === 'virtualUpdated') return { kind: 'virtual', id: event.virtualId }
  return { kind: 'channel', id: event.channelId }
}

/** What is known of a channel after one more event. `at`: the event's block time. */
export function applyToChannel(facts: ChannelFacts, event: ChainEvent, at: bigint): ChannelFacts {
  const next: ChannelFacts = { ...facts, at }
  switch (event.type) {
    case 'deposited':
      return { ...next, deposits: replaceAt(facts.deposits, event.party, event.total) }
    case 'withdrawn':
      return { ...next, withdrawn: replaceAt(facts.withdrawn, event.party, event.total) }
    case 'closeStarted':
      return { ...next, closesAt: event.closesAt }
    case 'laneUpdated': {
      const { seq, paid, locked, locksRoot } = event
      return { ...next, shown: replaceAt(facts.shown, event.lane, { seq, paid, locked, locksRoot }) }
    }
    case 'closed':
      return { ...next, ended: 'closed', paidOut: [event.paidA, event.paidB] }
    case 'settled':
      return { ...next, ended: 'settled', paidOut: [event.paidA, event.paidB], pools: event.pools }
    case 'unlocked': {
      const { lane, slot, toReceiver, toPayer } = event
      const unlocked = [...facts.unlocked, { lane, slot }]
      if (facts.pools === undefined) return { ...next, unlocked }
      return { ...next, unlocked, pools: replaceAt(facts.pools, lane, facts.pools[lane] - toReceiver - toPayer) }
    }
    case 'virtualUpdated':
    case 'credited':
      return facts
  }
}

/** What is known of a virtual channel after one more event. */
export function applyToVirtual(
  facts: VirtualFacts | undefined,
  event: ChainEvent,
  at: bigint,
): VirtualFacts | undefined {
  if (event.type !== 'virtualUpdated') return facts
  const { virtualId, amount, finalAt } = event
  return { virtualId, amount, finalAt, at }
}
