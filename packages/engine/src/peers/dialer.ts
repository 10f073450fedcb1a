import type { Address } from '@sluice/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Environment, Policy } from '../ports/environment.ts'
import type { Transport } from '../ports/transport.ts'

export interface DialerOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly env: {
    readonly policy: Pick<Policy, 'reconnectMin' | 'reconnectMax'>
    readonly random: Environment['random']
    readonly log: Pick<Environment['log'], 'debug'>
  }
  readonly urlOf: (peer: Address) => string | undefined
  /** Whether the url is dialled only if it leads to a public address. */
  readonly isPublicOnly: (peer: Address) => boolean
  /** Whether a session is wanted and none stands. */
  readonly isWanted: (peer: Address) => boolean
}

/** Keeps sessions with the peers that are wanted, with pauses that grow and are never the same for two. */
export class Dialer {
  readonly #options: DialerOptions
  /** Peers being dialled, or waiting to be: how to give up the wait. */
  readonly #busy = new Map<Address, () => void>()
  /** How often each was tried since it last went well. */
  readonly #attempts = new Map<Address, number>()
  #isStopped = false

  constructor(options: DialerOptions) {
    this.#options = options
  }

  /** Dials if the peer is wanted, now or after the pause that is due. */
  consider(peer: Address): void {
    if (this.#isStopped || this.#busy.has(peer)) return
    // Forgotten while it was dialled.
    if (this.#options.urlOf(peer) === undefined) this.#attempts.delete(peer)
    if (!this.#isDiallable(peer)) return
    const attempts = this.#attempts.get(peer) ?? 0
    this.#attempts.set(peer, attempts + 1)
    if (attempts === 0) {
      this.#busy.set(peer, () => {})
      void this.#dial(peer)
      return
    }
    this.#busy.set(
      peer,
      this.#options.clock.after(this.#pause(attempts), () => void this.#dial(peer)),
    )
  }

  /** A session lasted: the next pause is the shortest again. */
  succeeded(peer: Address): void {
    this.#attempts.delete(peer)
  }

  /** Nothing is left to say to a peer: how often it was tried counts no more. */
  forget(peer: Address): void {
    if (!this.#busy.has(peer)) this.#attempts.delete(peer)
  }

  stop(): void {
    this.#isStopped = true
    for (const cancel of this.#busy.values()) cancel()
  }

  #isDiallable(peer: Address): boolean {
    return this.#options.urlOf(peer) !== undefined && this.#options.isWanted(peer)
  }

  #pause(attempts: number): number {
    const { policy, random } = this.#options.env
    const full = Math.min(policy.reconnectMin * 2 ** (attempts - 1), policy.reconnectMax)
    const [byte = 0] = random(1)
    return full * (0.5 + byte / 512)
  }

  async #dial(peer: Address): Promise<void> {
    const url = this.#options.urlOf(peer)
    try {
      if (!this.#isStopped && url !== undefined && this.#isDiallable(peer))
        await this.#options.transport.connect(peer, url, { publicOnly: this.#options.isPublicOnly(peer) })
    } catch (error) {
      this.#options.env.log.debug('peer not reached', { peer, url, error: String(error) })
    }
    this.#busy.delete(peer)
    this.consider(peer)
  }
}
