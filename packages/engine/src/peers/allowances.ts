import type { Address } from '@sluice/protocol'
import type { Policy } from '../policy/policy.ts'
import type { Clock } from '../ports/clock.ts'
import { Bucket } from './bucket.ts'

/** What a session costs by itself: a handshake. In signatures checked. */
const SESSION_COST = 3

/** What one peer may cost. */
export interface Allowance {
  readonly bucket: Bucket
  /** It has no channel. */
  readonly isStranger: boolean
}

export interface AllowancesOptions {
  readonly clock: Clock
  readonly policy: Pick<Policy, 'sessionRate' | 'sessionBurst' | 'strangerRate' | 'strangerBurst'>
  readonly isStranger: (peer: Address) => boolean
}

/**
 * What peers may cost. One with a channel keeps what it has left from session to session. One without can have as many keys as it likes, so all of
 * them together may cost no more than one with a channel.
 */
export class Allowances {
  readonly #options: AllowancesOptions
  readonly #known = new Map<Address, Bucket>()
  readonly #strangers: Bucket

  constructor(options: AllowancesOptions) {
    this.#options = options
    this.#strangers = this.#newBucket(false)
  }

  /** What a peer may cost now, in a session that begins or goes on. */
  of(peer: Address): Allowance {
    if (this.#options.isStranger(peer)) return { isStranger: true, bucket: this.#newBucket(true) }
    const bucket = this.#known.get(peer) ?? this.#newBucket(false)
    this.#known.set(peer, bucket)
    return { isStranger: false, bucket }
  }

  /** Spends, even what is not there. Returns the milliseconds until nothing is owed. */
  spend({ bucket, isStranger }: Allowance, cost: number): number {
    const now = this.#options.clock.now()
    const wait = bucket.spend(cost, now)
    return isStranger ? Math.max(wait, this.#strangers.spend(cost, now)) : wait
  }

  /** Spends what a session costs. Says whether the peer may have one now: one without a channel not while all of them cost too much. */
  spendSession(allowance: Allowance): boolean {
    if (allowance.isStranger && this.#strangers.spend(0, this.#options.clock.now()) > 0) return false
    this.spend(allowance, SESSION_COST)
    return true
  }

  forget(peer: Address): void {
    this.#known.delete(peer)
  }

  #newBucket(isStranger: boolean): Bucket {
    const { clock, policy } = this.#options
    const { sessionRate, sessionBurst, strangerRate, strangerBurst } = policy
    return isStranger
      ? new Bucket(strangerRate, strangerBurst, clock.now())
      : new Bucket(sessionRate, sessionBurst, clock.now())
  }
}
