import type { Address } from '@sluice/protocol'
import type { Clock } from '../ports/clock.ts'
import { type OutboxRecord, outboxKey } from '../records/outbox.ts'
import type { State } from '../records/state.ts'

/** How long an acknowledged message may stay on disk for want of another commit. Milliseconds. */
const SWEEP_AFTER = 1000

export interface OutgoingOptions {
  readonly state: Pick<State, 'peers' | 'outbox'>
  readonly clock: Clock
  /** From within an event: runs after its commit. */
  readonly afterCommit: (run: () => void) => void
  /** Posts an event. */
  readonly post: (run: () => void) => void
}

/** How far a peer's queue got: numbers of the highest message that it acknowledged, and of the highest that is off the disk. */
interface Progress {
  acknowledged: bigint
  swept: bigint
}

/**
 * The numbered messages to all peers. Each is kept on disk, and sent again in every session, until its peer has acknowledged
 * it; the numbers kept are always one run, from the lowest not acknowledged to the newest.
 */
export class Outgoing {
  readonly #options: OutgoingOptions
  readonly #progress = new Map<Address, Progress>()
  /** Peers that acknowledged what is still on disk. */
  readonly #unswept = new Set<Address>()
  #cancelSweep: (() => void) | undefined

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  /** Takes up what is on disk. */
  start(): void {
    const { peers, outbox } = this.#options.state
    for (const [peer, { next }] of peers.allCommitted()) this.#progressOf(peer, next - 1n)
    for (const [, { peer, number }] of outbox.allCommitted()) {
      const progress = this.#progressOf(peer)
      if (number > progress.acknowledged) continue
      progress.acknowledged = number - 1n
      progress.swept = number - 1n
    }
  }

  stop(): void {
    this.#cancelSweep?.()
  }

  /** Highest number that the peer acknowledged. */
  acknowledged(peer: Address): bigint {
    return this.#progress.get(peer)?.acknowledged ?? 0n
  }

  /** How many peers something is remembered of. */
  get known(): number {
    return this.#progress.size
  }

  /** How many messages the peer has not acknowledged, those of the running event included. */
  pending(peer: Address): number {
    const next = this.#options.state.peers.get(peer)?.next ?? 1n
    return Number(next - 1n - this.acknowledged(peer))
  }

  /** What is on disk for the peer from that number on, in order. */
  *keptFrom(peer: Address, number: bigint): IterableIterator<OutboxRecord> {
    const { outbox } = this.#options.state
    for (let at = number; ; at++) {
      const record = outbox.committed(outboxKey(peer, at))
      if (record === undefined) return
      yield record
    }
  }

  /** What the peer has not acknowledged, in order, by its keys. */
  keysOf(peer: Address): readonly string[] {
    const { peers, outbox } = this.#options.state
    const keys: string[] = []
    const { next = 1n } = peers.get(peer) ?? {}
    const { swept = 0n } = this.#progress.get(peer) ?? {}
    for (let number = swept + 1n; number < next; number++) {
      const key = outboxKey(peer, number)
      if (outbox.get(key) !== undefined) keys.push(key)
    }
    return keys
  }

  /** Within an event that took all of the peer's messages off the disk: its next one is number 1. */
  reset(peer: Address): void {
    this.#unswept.delete(peer)
    this.#options.afterCommit(() => this.#progress.delete(peer))
  }

  /** The peer has all up to that number: it goes off the disk with the next commit, whatever that is for, or after a while. */
  acknowledge(peer: Address, number: bigint): void {
    if (number <= this.acknowledged(peer)) return
    const progress = this.#progressOf(peer)
    progress.acknowledged = number
    this.#unswept.add(peer)
    const { clock, post } = this.#options
    this.#cancelSweep ??= clock.after(SWEEP_AFTER, () => {
      this.#cancelSweep = undefined
      post(() => this.sweep())
    })
  }

  /** Within an event: takes what was acknowledged off the disk. */
  sweep(): void {
    for (const peer of this.#unswept) this.#sweepOf(peer)
  }

  #sweepOf(peer: Address): void {
    const { state, afterCommit } = this.#options
    const progress = this.#progressOf(peer)
    const { acknowledged, swept } = progress
    for (let number = swept + 1n; number <= acknowledged; number++) {
      state.outbox.set(outboxKey(peer, number), undefined)
    }
    afterCommit(() => {
      progress.swept = acknowledged
      if (progress.acknowledged === acknowledged) this.#unswept.delete(peer)
    })
  }

  #progressOf(peer: Address, initial = 0n): Progress {
    const progress = this.#progress.get(peer) ?? { acknowledged: initial, swept: initial }
    this.#progress.set(peer, progress)
    return progress
  }
}
