import {
  type Address,
  type ChannelRecord,
  channelKind,
  type Id,
  type LaneHashing,
  type VirtualRecord,
  virtualKind,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import type { Store } from '../ports/store.ts'
import type { ChannelFacts, Cursor, DepositRecord, VirtualFacts } from './chain.ts'
import { channelFactsKind, cursorKind, depositKind, virtualFactsKind } from './chain.ts'
import { Collection, type Participant } from './collection.ts'
import type { OutboxRecord, PeerRecord } from './peers.ts'
import { outboxKind, peerKind } from './peers.ts'

/** All that an engine knows. */
export interface State {
  readonly channels: Collection<Id, ChannelRecord>
  readonly virtuals: Collection<Id, VirtualRecord>
  readonly peers: Collection<Address, PeerRecord>
  readonly outbox: Collection<string, OutboxRecord>
  readonly cursor: Collection<string, Cursor>
  readonly channelFacts: Collection<Id, ChannelFacts>
  readonly virtualFacts: Collection<Id, VirtualFacts>
  readonly deposits: Collection<string, DepositRecord>
}

const isOver = (status: VirtualRecord['status']): boolean => status === 'closed' || status === 'spent'

/** An empty state. `onChange` hears of each channel, virtual channel and deposit that an event changes, by its id. */
export function createState(hashing: LaneHashing, onChange: (id: string) => void): State {
  return {
    channels: new Collection<Id, ChannelRecord>(channelKind(hashing), onChange, ({ peer }) => [peer]),
    virtuals: new Collection<Id, VirtualRecord>(
      virtualKind,
      onChange,
      ({ status, incoming, outgoing, terms, position }) => [
        status,
        ...(isOver(status) ? [] : [incoming, outgoing].flatMap((leg) => (leg === undefined ? [] : [leg.channelId]))),
        ...(position === 0 ? [terms.path.at(-1) ?? ''] : []),
      ],
    ),
    peers: new Collection<Address, PeerRecord>(peerKind),
    outbox: new Collection<string, OutboxRecord>(outboxKind, undefined, ({ peer }) => [peer]),
    cursor: new Collection<string, Cursor>(cursorKind),
    channelFacts: new Collection<Id, ChannelFacts>(channelFactsKind),
    virtualFacts: new Collection<Id, VirtualFacts>(virtualFactsKind),
    deposits: new Collection<string, DepositRecord>(depositKind, onChange, ({ channelId }) => [channelId]),
  }
}

/** All of the state's collections. */
export function collectionsOf(state: State): readonly (Participant & {
  readonly kind: { readonly prefix: string }
  load(entries: readonly (readonly [string, Uint8Array])[]): void
})[] {
  return Object.values(state)
}

/**
 * Reads the state from a store.
 *
 * @throws EngineError `ENGINE_RECORD_UNREADABLE` for a record of no known kind, or of another version.
 */
export async function loadState(state: State, store: Store): Promise<void> {
  const collections = collectionsOf(state)
  const entries = new Map(collections.map((each) => [each, [] as (readonly [string, Uint8Array])[]]))
  for await (const entry of store.load()) {
    const owner = collections.find(({ kind }) => entry[0].startsWith(kind.prefix))
    if (owner === undefined) throw new EngineError('ENGINE_RECORD_UNREADABLE', { key: entry[0] })
    entries.get(owner)?.push(entry)
  }
  for (const [collection, own] of entries) collection.load(own)
}
