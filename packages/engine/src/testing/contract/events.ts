import type { Address, Id, LaneIndex, PartyIndex } from '@sluice/protocol'
import type { ChainEvent } from '../../ports/chain.ts'
import type { RefusalName } from './refusal.ts'

/** What the engine is told as the contract tells it. */
type ToldWhole = Exclude<ChainEvent, { readonly type: 'withdrawn' | 'unlocked' }>

/** An event of the contract, with all that it tells. */
export type ContractEvent =
  | ToldWhole
  | {
      readonly type: 'withdrawn'
      readonly channelId: Id
      readonly party: PartyIndex
      readonly total: bigint
      readonly paid: bigint
    }
  | {
      readonly type: 'unlocked'
      readonly channelId: Id
      readonly lane: LaneIndex
      readonly slot: number
      readonly reserve: bigint
      readonly paid: bigint
    }
  | {
      readonly type: 'creditPaid'
      readonly account: Address
      readonly token: Address
      readonly to: Address
      readonly amount: bigint
    }
  | { readonly type: 'redirectNonceUsed'; readonly account: Address; readonly nonce: bigint }
  | { readonly type: 'skipped'; readonly id: Id; readonly position: number; readonly reason: RefusalName }
