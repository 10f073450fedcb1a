import type { HubEvent, LockWants, PayeeEvent, PayerEvent, RecordKind, VirtualRecord } from '@sluice/protocol'
import type { StateView, Tx } from '../tx.ts'
import type { LockReceiver } from './lock-keeper.ts'

/** An event of the machine of any role. */
export type RoleEvent = PayerEvent | HubEvent | PayeeEvent

/** The amounts that calls for a virtual channel are about, base units. */
export interface LockStakes {
  /** What its end on chain keeps this side from losing, and what this side owns that only that frees. */
  readonly atStake: bigint
  /** What the chain should be shown of it at least. */
  readonly owed: bigint
}

/** What a party does in the virtual channels that it pays, passes on, or is paid over. */
export interface Role<R extends VirtualRecord = VirtualRecord, E extends RoleEvent = RoleEvent> {
  readonly name: R['role']
  /** Gives an event to the machine of a virtual channel. Returns the name of the transition; undefined if nothing happened. */
  advance(tx: Tx, record: R, event: E): string | undefined
  /** What this side wants on chain for it. `time`: Unix seconds of the newest block. */
  wants(view: StateView, record: R, time: bigint): LockWants
  /** What its end on chain, and what is shown there, is about. */
  stakes(view: StateView, record: R): LockStakes
  /** Whether this side has something to get for the incoming lock, or to lose by the outgoing one, by the answer of the chain. */
  isIncomingAtStake(view: StateView, record: R): boolean
  /** Whether no voucher that can be shown holds the outgoing lock. */
  isOutgoingCleared(view: StateView, record: R): boolean
}

/** The roles of an engine. It holds no code of the others: what needs one of them is refused. */
export interface Roles {
  /** @throws ProtocolError `ROLE_MISSING`. */
  of(name: VirtualRecord['role']): Role
  /** Whether any of them takes locks of peers. */
  readonly receives: boolean
  /** Takes the locks that peers add, or refuses them. */
  readonly receiver: LockReceiver
  /** How the virtual channels of these roles lie on disk. */
  readonly kind: RecordKind<VirtualRecord>
}
