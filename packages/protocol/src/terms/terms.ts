import type { Address } from '../primitives/hex.ts'

/** Who stands at one end of a channel: `account` is paid on chain, `signer` is the hot key that signs for the channel. */
export interface Party {
  readonly account: Address
  readonly signer: Address
}

/** 0 is party a, 1 is party b. */
export type PartyIndex = 0 | 1

/** Lane 0 pays from a to b, lane 1 from b to a: a lane carries the index of its payer. */
export type LaneIndex = 0 | 1

/** What a channel is. Its EIP-712 digest is its id. `a.signer < b.signer`. */
export interface ChannelTerms {
  readonly a: Party
  readonly b: Party
  readonly token: Address
  /** Seconds of block time. uint32. */
  readonly disputeWindow: number
  /** Top 32 bits: Unix minute of its making; the rest random. uint64. */
  readonly nonce: bigint
}

/** What a virtual channel is. Its EIP-712 digest is its id. `path`: signers of payer, intermediaries in order, payee; 2 to 6, no repeats. */
export interface VirtualTerms {
  readonly path: readonly Address[]
  readonly token: Address
  /** Base units. uint128. */
  readonly capacity: bigint
  /** Seconds of block time. uint32. */
  readonly disputeWindow: number
  readonly nonce: bigint
}
