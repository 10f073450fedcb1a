import { type Id, recordKind } from '@sluice/protocol'
import { bytes32, struct, uint } from '@sluice/protocol/codec'

/** An id that was used up: it may not come back while its nonce could be taken. */
export interface UsedIdRecord {
  readonly id: Id
  /** Unix second from which on that time runs. */
  readonly since: bigint
}

export const usedIdKind = recordKind<UsedIdRecord>(
  'used-id/',
  struct<UsedIdRecord>({ id: bytes32, since: uint }),
  ({ id }) => id,
)
