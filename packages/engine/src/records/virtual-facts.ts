import { type Id, recordKind } from '@sluice/protocol'
import { bytes32, struct, uint } from '@sluice/protocol/codec'

/** What the chain's events up to some block say of a virtual channel. */
export interface VirtualFacts {
  readonly virtualId: Id
  /** Highest amount redeemed, base units. */
  readonly amount: bigint
  /** Unix second from which the amount is final. */
  readonly finalAt: bigint
  readonly at: bigint
}

export const virtualFactsKind = recordKind<VirtualFacts>(
  'chain-virtual/',
  struct<VirtualFacts>({ virtualId: bytes32, amount: uint, finalAt: uint, at: uint }),
  ({ virtualId }) => virtualId,
)
