import type { Chain } from '../../ports/chain.ts'
import type { Log } from '../../ports/log.ts'
import type { Batch } from '../batches/batch.ts'
import { compareWorth } from '../batches/order.ts'
import type { Flight } from './flight.ts'

/** What happens to transactions that were sent. */
export interface FlightEvents {
  /** The block that holds it is final. */
  final(flight: Flight): void
  /** A block holds it and it did nothing. */
  reverted(flight: Flight): void
  /** It will not do what it carries: another transaction took its nonce, or the block that holds it shows no effect for long. */
  lost(flight: Flight): void
}

export interface FlightsOptions {
  readonly chain: Pick<Chain, 'broadcast' | 'includedCount' | 'status'>
  readonly log: Log
  /** Blocks after which a call that no block shows is sent again. */
  readonly resendBlocks: number
  readonly events: FlightEvents
}

/**
 * The transactions that were sent and are not final. What stands where is told by one number, the account's count of included transactions:
 * only those that it has passed are asked about, once then and once when their block is final.
 */
export class Flights {
  readonly #options: FlightsOptions
  readonly #all = new Set<Flight>()
  /** How many transactions of the account are known to be included. */
  #count = 0

  constructor(options: FlightsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#all.size
  }

  /** Those that no block holds. */
  pending(): readonly Flight[] {
    return [...this.#all].filter(
      ({ includedIn, transaction: { nonce } }) => includedIn === undefined && nonce >= this.#count,
    )
  }

  add(flight: Flight): void {
    this.#all.add(flight)
  }

  delete(flight: Flight): void {
    this.#all.delete(flight)
  }

  /**
   * The one that has waited for a block and brings least, if `batch` brings more and can wait less. One that nobody wants any more brings nothing.
   *
   * @param isPressing Whether there is no other time for it.
   */
  leastBelow(batch: Batch, head: bigint, isPressing: boolean): Flight | undefined {
    const waiting = this.pending().filter(({ sentAt, keptUntil = 0n }) => sentAt < head && keptUntil <= head)
    const isSooner = ({ deadline }: Batch) =>
      batch.deadline !== undefined && (deadline === undefined || batch.deadline < deadline)
    const [least] = waiting
      .filter((flight) => (isPressing || isSooner(flight.batch)) && compareWorth(batch, flight.batch) > 0)
      .toSorted((one, other) => compareWorth(one.batch, other.batch))
    return waiting.find(({ carried }) => carried.size === 0) ?? least
  }

  /** A new block: looks where they stand. */
  async look(head: bigint, final: bigint): Promise<void> {
    if (this.#all.size === 0) return
    this.#count = await this.#options.chain.includedCount()
    for (const flight of [...this.#all]) await this.#lookAt(flight, head, final)
  }

  async #lookAt(flight: Flight, head: bigint, final: bigint): Promise<void> {
    const { log } = this.#options
    try {
      if (flight.transaction.nonce >= this.#count) await this.#wait(flight, head)
      else if (flight.includedIn === undefined) await this.#find(flight, head, final)
      else await this.#follow(flight, flight.includedIn, head, final)
    } catch (error) {
      log.debug('call not found', { call: flight.batch.call.type, error: String(error) })
    }
  }

  /** No block holds it, or none any more. */
  async #wait(flight: Flight, head: bigint): Promise<void> {
    const wasUndone = flight.includedIn !== undefined
    delete flight.includedIn
    if (!wasUndone && head - flight.sentAt < BigInt(this.#options.resendBlocks)) return
    flight.sentAt = head
    await this.#options.chain.broadcast(flight.transaction)
  }

  /** Its nonce was used: by itself, or by another. */
  async #find(flight: Flight, head: bigint, final: bigint): Promise<void> {
    const { chain, events } = this.#options
    const found = await chain.status(flight.transaction)
    if (found.status === 'pending') return
    if (found.status === 'dropped') {
      this.delete(flight)
      events.lost(flight)
      return
    }
    if (!found.success) {
      this.delete(flight)
      events.reverted(flight)
      return
    }
    flight.includedIn = found.block
    flight.sentAt = head
    if (found.block <= final) this.#end(flight)
  }

  async #follow(flight: Flight, block: bigint, head: bigint, final: bigint): Promise<void> {
    const isEffectMissing = flight.carried.size > 0 && head - flight.sentAt >= BigInt(this.#options.resendBlocks)
    if (isEffectMissing) {
      this.delete(flight)
      this.#options.events.lost(flight)
      return
    }
    if (block > final) return
    delete flight.includedIn
    await this.#find(flight, head, final)
  }

  #end(flight: Flight): void {
    this.delete(flight)
    this.#options.events.final(flight)
  }
}
