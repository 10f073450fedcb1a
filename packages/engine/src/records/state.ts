import {
  type Address,
  type ChannelRecord,
  channelKind,
  type Id,
  type LaneHashing,
  ProtocolError,
  type RecordKind,
  type VirtualRecord,
} from '@sluice/protocol'
import type { ChannelFacts } from '../ports/chain-view.ts'
import type { Store } from '../ports/store.ts'
import type { Acknowledged, Offer, PublishedPolicy, ToldPrice, Unfunded } from '../ports/tx.ts'
import { type Cursor, cursorKind } from './chain/cursor.ts'
import { type StoreOwner, storeOwnerKind } from './chain/store-owner.ts'
import { channelFactsKind } from './channel-facts.ts'
import { channelNamesOf } from './channel-names.ts'
import { Collection, type Participant } from './collection.ts'
import { type DepositRecord, depositKind } from './deposit.ts'
import { memoryKind } from './memory.ts'
import { type OutboxRecord, outboxKind } from './outbox.ts'
import { type PeerRecord, peerKind } from './peer.ts'
import { type StandingRecord, standingKind } from './standing.ts'
import { type UsedIdsRecord, usedIdsKind, usedIdsNames } from './used-ids.ts'
import { type VirtualFacts, virtualFactsKind } from './virtual-facts.ts'
import { namesOf } from './virtual-names.ts'

/** All that an engine knows. */
export interface State {
  readonly channels: Collection<Id, ChannelRecord>
  readonly virtuals: Collection<Id, VirtualRecord>
  /** Only in memory. */
  readonly offers: Collection<Id, Offer>
  /** Only in memory. */
  readonly acknowledged: Collection<Id, Acknowledged>
  /** Only in memory. */
  readonly policies: Collection<Address, PublishedPolicy>
  /** Only in memory. */
  readonly told: Collection<Address, ToldPrice>
  /** Only in memory. */
  readonly unfunded: Collection<Id, Unfunded>
  readonly standings: Collection<Id, StandingRecord>
  readonly usedIds: Collection<string, UsedIdsRecord>
  readonly peers: Collection<Address, PeerRecord>
  readonly outbox: Collection<string, OutboxRecord>
  readonly owner: Collection<string, StoreOwner>
  readonly cursor: Collection<string, Cursor>
  readonly channelFacts: Collection<Id, ChannelFacts>
  readonly virtualFacts: Collection<Id, VirtualFacts>
  readonly deposits: Collection<string, DepositRecord>
}

/** Names under which offers are found. */
export const offerNames = {
  /** Those whose lock has not arrived; of these, those that are to come by a neighbour. */
  early: (from?: Address): string => (from === undefined ? 'early' : `early/${from}`),
  /** Those whose lock is there. */
  arrived: 'arrived',
} as const

/** An empty state. `virtualKind`: how the virtual channels of this side's roles lie on disk. `onChange` hears of each channel, virtual channel and deposit that an event changes, by its id. */
export function createState(
  hashing: LaneHashing,
  virtualKind: RecordKind<VirtualRecord>,
  onChange: (id: string) => void,
): State {
  const virtuals = new Collection<Id, VirtualRecord>(virtualKind, onChange, namesOf)
  /** What a lock is known by is in memory once, in the record of what decides it. */
  const knownLock = (lockId: Id) => {
    const record = virtuals.get(lockId)
    return record && { lockId: record.virtualId, amount: record.terms.capacity }
  }
  return {
    virtuals,
    channels: new Collection<Id, ChannelRecord>(channelKind(hashing, knownLock), onChange, channelNamesOf),
    offers: new Collection<Id, Offer>(memoryKind('offers'), onChange, ({ from }) =>
      from === undefined ? [offerNames.arrived] : [offerNames.early(), offerNames.early(from)],
    ),
    acknowledged: new Collection<Id, Acknowledged>(memoryKind('acknowledged'), onChange),
    policies: new Collection<Address, PublishedPolicy>(memoryKind('policies')),
    told: new Collection<Address, ToldPrice>(memoryKind('told')),
    unfunded: new Collection<Id, Unfunded>(memoryKind('unfunded')),
    standings: new Collection<Id, StandingRecord>(standingKind),
    usedIds: new Collection<string, UsedIdsRecord>(usedIdsKind, undefined, ({ minute }) => [usedIdsNames.of(minute)]),
    peers: new Collection<Address, PeerRecord>(peerKind),
    outbox: new Collection<string, OutboxRecord>(outboxKind),
    owner: new Collection<string, StoreOwner>(storeOwnerKind),
    cursor: new Collection<string, Cursor>(cursorKind),
    channelFacts: new Collection<Id, ChannelFacts>(channelFactsKind),
    virtualFacts: new Collection<Id, VirtualFacts>(virtualFactsKind),
    deposits: new Collection<string, DepositRecord>(depositKind, onChange, ({ channelId }) => [channelId]),
  }
}

/** All of the state's collections. */
export function collectionsOf(state: State): readonly Participant[] {
  return Object.values(state)
}

interface Reading {
  readonly prefix: string
  take(key: string, value: Uint8Array): void
  /** Fills the collection with what was read. */
  end(): void
}

function reading<K extends string, R>(collection: Collection<K, R>): Reading {
  const reader = collection.kind.reader()
  return {
    prefix: collection.kind.prefix,
    take: (key, value) => reader.take(key, value),
    end: () => collection.fill(reader.records()),
  }
}

/**
 * Reads the state from a store.
 *
 * @throws ProtocolError `RECORD_KIND_UNKNOWN`, `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
 */
export async function loadState(state: State, store: Pick<Store, 'load'>): Promise<void> {
  const readings = [
    // Before the channels, whose locks are known by them.
    reading(state.virtuals),
    reading(state.channels),
    reading(state.standings),
    reading(state.usedIds),
    reading(state.peers),
    reading(state.outbox),
    reading(state.owner),
    reading(state.cursor),
    reading(state.channelFacts),
    reading(state.virtualFacts),
    reading(state.deposits),
  ]
  let current = readings[0]
  for await (const [key, value] of store.load()) {
    // Entries of one kind come together, mostly.
    if (current === undefined || !key.startsWith(current.prefix))
      current = readings.find(({ prefix }) => key.startsWith(prefix))
    if (current === undefined) throw new ProtocolError('RECORD_KIND_UNKNOWN', { key })
    current.take(key, value)
  }
  for (const each of readings) each.end()
}
