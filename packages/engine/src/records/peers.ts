import type { Address } from '@sluice/protocol'
import { address, bytes, optional, struct, text, uint } from './field.ts'
import { recordKind } from './record-kind.ts'

/** What is durable about a peer. */
export interface PeerRecord {
  readonly peer: Address
  /** Where it listens, if that is known. */
  readonly url?: string
  /** Number of the next message to it; the first is 1. */
  readonly next: bigint
  /** Number of the next message expected from it. */
  readonly expected: bigint
  /** Set for good once one of the two is known to have lost data: what showed it. */
  readonly lost?: string
}

/** A message that the peer has not acknowledged. */
export interface OutboxRecord {
  readonly peer: Address
  readonly number: bigint
  /** The whole encoded frame. */
  readonly frame: Uint8Array
}

/** A message's key in the outbox. */
export const outboxKey = (peer: Address, number: bigint): string => `${peer}/${number}`

/** A peer that nothing was ever said to or heard from. */
export const newPeer = (peer: Address): PeerRecord => ({ peer, next: 1n, expected: 1n })

export const peerKind = recordKind<PeerRecord>(
  'peer/',
  struct<PeerRecord>({
    peer: address,
    url: optional(text),
    next: uint,
    expected: uint,
    lost: optional(text),
  }),
  ({ peer }) => peer,
)

export const outboxKind = recordKind<OutboxRecord>(
  'outbox/',
  struct<OutboxRecord>({ peer: address, number: uint, frame: bytes }),
  ({ peer, number }) => outboxKey(peer, number),
)
