import type { Address, Feature } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import type { State } from '../records/state.ts'
import type { LoopEvent } from './loop.ts'

/** What a transaction asks of the sessions, all after a commit. */
export interface Links {
  isConnected(peer: Address): boolean
  /** What both sides can do beyond the base; none while no session stands. */
  commonFeatures(peer: Address): readonly Feature[]
  /** How many stored messages the peer has not acknowledged. */
  pending(peer: Address): number
  /** Sends a stored data frame, if its turn is come. */
  transmit(peer: Address, number: bigint, frame: Uint8Array): void
  volatile(peer: Address, frame: Uint8Array): void
  /** The peer's url is known now: connects if no session stands. */
  reach(peer: Address): void
  /** Within an event: nothing may be left between this side and the peer. */
  forget(peer: Address): void
}

/** The engine's own view of a transaction: {@link Tx} and what flows have no business with. */
export interface Transaction extends Tx {
  readonly state: State
  /** Another event of the same batch, with its own outcome. */
  follow(event: LoopEvent): void
}
