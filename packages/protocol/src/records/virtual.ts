import type { Memo } from '../lane/operation.ts'
import type { HubPhase } from '../machines/locks/hub-phases.ts'
import type { PayeePhase } from '../machines/locks/payee.ts'
import type { PayerPhase } from '../machines/locks/payer.ts'
import type { Id } from '../primitives/hex.ts'
import type { VirtualTerms } from '../terms/terms.ts'

/** By how much a virtual channel lives longer than its memo says, and what its newest prolonging brought. Amounts in base units. */
export interface Prolonged {
  /** Seconds. All hops end later by as much. */
  readonly by: bigint
  /** The same before the newest prolonging: what stands again should that be declined. */
  readonly before: bigint
  /** Unix second of the newest. */
  readonly at: bigint
  /** What came in for it, and what was paid on. */
  readonly received: bigint
  readonly paidOn: bigint
  /** What this side kept of those before. */
  readonly kept: bigint
}

/** What every member of a path holds of a virtual channel. */
export interface VirtualBase {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly memo: Memo
  /** Own index in the path: 0 the payer, the last the payee, a hub between. */
  readonly position: number
  /** Unix second at which this side first held it. */
  readonly since: bigint
  readonly prolonged?: Prolonged
}

/** A virtual channel that this side pays over. */
export interface PayerRecord extends VirtualBase {
  readonly role: 'payer'
  readonly phase: PayerPhase
}

/** A virtual channel that this side stands in the middle of. */
export interface HubRecord extends VirtualBase {
  readonly role: 'hub'
  readonly phase: HubPhase
}

/** A virtual channel that this side is paid over. */
export interface PayeeRecord extends VirtualBase {
  readonly role: 'payee'
  readonly phase: PayeePhase
}

/** A virtual channel as one member of its path holds it. Its phases are in `machines/`. */
export type VirtualRecord = PayerRecord | HubRecord | PayeeRecord
