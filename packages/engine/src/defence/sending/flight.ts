import type { PreparedTransaction, QuotedTransaction } from '../../ports/chain.ts'
import { type Batch, nameOf } from '../batches/batch.ts'

/** A transaction that was sent, until its end is final. */
export interface Flight {
  readonly batch: Batch
  readonly transaction: PreparedTransaction
  /** As it was quoted, native base units. */
  readonly cost: bigint
  /** Names of its goals that are still wanted. */
  readonly carried: Set<string>
  /** Block at which it was sent last. */
  sentAt: bigint
  /** The block that holds it, while one does. */
  includedIn?: bigint
  /** Block until which nothing takes its place: the chain would not have it. */
  keptUntil?: bigint
}

/** A batch that was sent. */
export function flightOf(batch: Batch, { cost, ...transaction }: QuotedTransaction, sentAt: bigint): Flight {
  return { batch, transaction, cost, carried: new Set(batch.goals.map(nameOf)), sentAt }
}
