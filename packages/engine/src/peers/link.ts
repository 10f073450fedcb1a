import type { Address, Feature, HelloFrame } from '@sluice/protocol'
import type { Session } from '../ports/transport.ts'
import type { Bucket } from './bucket.ts'
import { HeldFrames, type HeldTotal } from './held.ts'

/** Most bytes of frames that may wait in a session until its peer may cost more. */
const HELD_MAX = 16 * 1024 * 1024

/** A session with a peer and how far it got. */
export interface Link {
  readonly session: Session
  /** Milliseconds since the Unix epoch at which it was opened. */
  readonly since: number
  /** By the hello that this side sent, it remembers nothing of the peer. */
  readonly isFresh: boolean
  /** What the peer may cost, as one without a channel or as one with. */
  bucket: Bucket
  isStranger: boolean
  /** What it says waits until it may cost more. */
  isHeld: boolean
  readonly held: HeldFrames
  /** Ends the wait. */
  goOn?: () => void
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

/** Whether whoever says this hello remembers nothing of the other: no message either way, no channel. */
export function isFreshHello({ next, oldest, channels }: Pick<HelloFrame, 'next' | 'oldest' | 'channels'>): boolean {
  return next === 1n && oldest === 1n && channels.length === 0
}

/** A session that was just opened, with the hello that this side says in it. */
export function createLink(
  session: Session,
  since: number,
  hello: HelloFrame,
  limits: Pick<Link, 'bucket' | 'isStranger'>,
  held: HeldTotal,
): Link {
  const isFresh = isFreshHello(hello)
  const nothing = { isGreeted: false, isReady: false, features: [], sent: 0n, acknowledged: 0n }
  return { session, since, isFresh, ...limits, isHeld: false, held: new HeldFrames(HELD_MAX, held), ...nothing }
}
