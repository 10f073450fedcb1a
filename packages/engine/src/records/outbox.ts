import { type Address, recordKind } from '@sluice/protocol'
import { address, bytes, struct, uint } from '@sluice/protocol/codec'

/** A message that the peer has not acknowledged. */
export interface OutboxRecord {
  readonly peer: Address
  readonly number: bigint
  /** The whole encoded frame. */
  readonly frame: Uint8Array
}

/** A message's key in the outbox. */
export const outboxKey = (peer: Address, number: bigint): string => `${peer}/${number}`

export const outboxKind = recordKind<OutboxRecord>(
  'outbox/',
  struct<OutboxRecord>({ peer: address, number: uint, frame: bytes }),
  ({ peer, number }) => outboxKey(peer, number),
)
