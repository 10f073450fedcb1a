import type { Hex } from '@sluice/protocol'
import { TabError } from '../errors.ts'
import type { CallState } from '../wire/answer.ts'
import type { Counts } from '../wire/price.ts'
import type { TabRequest } from '../wire/request.ts'

/** What is remembered of a request. */
export interface CallRecord {
  readonly id: string
  readonly time: number
  /** What the request was: method, target and body. */
  readonly digest: Hex
  state: CallState
  charged: bigint
  counts: Counts
}

/** Answers that are charged with nothing, and how many of them a tab gets beside as many as were charged. */
export interface FailureAllowance {
  readonly free: number
}

/**
 * The requests of one tab. Each id is run at most once. It is remembered until the payer says that all before some time is settled;
 * from then on it is refused by its time alone. So a table holds what is under way and little more, whatever a tab lives through.
 */
export class Calls {
  readonly #known = new Map<string, CallRecord>()
  readonly #max: number
  #settled: number
  #uncharged = 0
  #charged = 0

  /** @param max Requests that are remembered and not settled. */
  constructor(max: number, settled = 0) {
    this.#max = max
    this.#settled = settled
  }

  /** Ids of an earlier time are refused. */
  get settled(): number {
    return this.#settled
  }

  get(id: string): CallRecord | undefined {
    return this.#known.get(id)
  }

  all(): Iterable<CallRecord> {
    return this.#known.values()
  }

  restore(record: CallRecord): void {
    this.#known.set(record.id, record)
  }

  /** Forgets what its payer has settled, but for what is under way. Returns what was forgotten. */
  settle(time: number): readonly CallRecord[] {
    if (time <= this.#settled) return []
    this.#settled = time
    const over = [...this.#known.values()].filter((call) => call.time < time && call.state !== 'running')
    for (const { id } of over) this.#known.delete(id)
    return over
  }

  /**
   * Begins a request whose id is not known.
   *
   * @throws TabError `CALL_SETTLED`, `CALL_OUTCOME_UNKNOWN` where it began with a server that is gone, `TAB_IDS`, `TAB_FAILURES`.
   */
  begin({ id, time, epoch }: TabRequest, digest: Hex, ownEpoch: string, { free }: FailureAllowance): CallRecord {
    const { settled } = this
    if (time < settled) throw new TabError('CALL_SETTLED', { id, settled })
    if (epoch !== ownEpoch) throw new TabError('CALL_OUTCOME_UNKNOWN', { id })
    if (this.#known.size >= this.#max) throw new TabError('TAB_IDS', { count: this.#known.size })
    if (this.#uncharged >= free + this.#charged) throw new TabError('TAB_FAILURES', { count: this.#uncharged })
    return this.#add({ id, time, digest, state: 'running', charged: 0n, counts: {} })
  }

  /** An id that was asked for and never came is not run any more: its payer counts on that. */
  close({ id, time }: TabRequest, digest: Hex): CallRecord | undefined {
    if (time < this.#settled || this.#known.size >= this.#max) return undefined
    return this.#add({ id, time, digest, state: 'none', charged: 0n, counts: {} })
  }

  /** A request that was begun and is not run after all: its id is free again. */
  cancel({ id }: CallRecord): void {
    this.#known.delete(id)
  }

  /** A request is over. */
  end(call: CallRecord, state: CallState, charged: bigint, counts: Counts): void {
    Object.assign(call, { state, charged, counts })
    if (charged > 0n) this.#charged += 1
    else this.#uncharged += 1
    if (call.time < this.#settled) this.#known.delete(call.id)
  }

  #add(record: CallRecord): CallRecord {
    this.#known.set(record.id, record)
    return record
  }
}
