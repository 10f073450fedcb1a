import { type Address, recordKind } from '@sluice/protocol'
import { address, flag, optional, struct, text, uint } from '@sluice/protocol/codec'

/** What is durable about a peer. */
export interface PeerRecord {
  readonly peer: Address
  /** Where it listens, if that is known. */
  readonly url?: string
  /** That was named by somebody else: only a public address is dialled. */
  readonly publicOnly?: boolean
  /** Number of the next message to it; the first is 1. */
  readonly next: bigint
  /** Number of the next message expected from it. */
  readonly expected: bigint
  /** Set once one of the two is known to have lost data, until no channel is left between them: what showed it. */
  readonly lost?: string
}

/** A peer that nothing was ever said to or heard from. */
export const newPeer = (peer: Address): PeerRecord => ({ peer, next: 1n, expected: 1n })

export const peerKind = recordKind<PeerRecord>(
  'peer/',
  struct<PeerRecord>({
    peer: address,
    url: optional(text),
    publicOnly: optional(flag),
    next: uint,
    expected: uint,
    lost: optional(text),
  }),
  ({ peer }) => peer,
)
