import type { Address, Feature } from '@sluice/protocol'
import type { Session } from '../ports/transport.ts'

/** A session with a peer and how far it got. */
export interface Link {
  readonly session: Session
  /** Milliseconds since the Unix epoch at which it was opened. */
  readonly since: number
  /** The peer's hello came. */
  isGreeted: boolean
  /** Both hellos were taken: messages flow. */
  isReady: boolean
  /** Where the peer wants its money on chain, by its hello. */
  account?: Address
  /** What both sides can do beyond the base, by both hellos. */
  features: readonly Feature[]
  /** Highest number of a message sent in this session. */
  sent: bigint
  /** Highest number acknowledged to the peer in this session. */
  acknowledged: bigint
}

/** A session that was just opened. */
export function createLink(session: Session, since: number): Link {
  return { session, since, isGreeted: false, isReady: false, features: [], sent: 0n, acknowledged: 0n }
}
