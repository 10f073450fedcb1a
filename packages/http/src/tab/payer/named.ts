import type { Timers } from '../../ports.ts'
import type { PayerCall, PayerTab } from './payer-tab.ts'

/** A request under a name of its caller's. */
interface Named {
  readonly tab: PayerTab
  readonly call: PayerCall
}

/** How long a name is remembered, milliseconds, and how many are. */
const KEEP = 300_000
const MAX_NAMES = 1024

/** Requests by the names that callers gave them, so that asking again is the same request: on the same tab, and of the same time. */
export class NamedCalls {
  readonly #timers: Timers
  readonly #calls = new Map<string, Named & { readonly cancel: () => void }>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** A request that can still be asked for: its tab stands. */
  get(id: string): Named | undefined {
    const named = this.#calls.get(id)
    return named?.tab.over === undefined ? named : undefined
  }

  put(id: string, { tab, call }: Named): void {
    this.#calls.get(id)?.cancel()
    this.#calls.delete(id)
    this.#calls.set(id, { tab, call, cancel: this.#timers.after(KEEP, () => this.drop(id), true) })
    const [oldest] = this.#calls.keys()
    if (this.#calls.size > MAX_NAMES && oldest !== undefined) this.drop(oldest)
  }

  drop(id: string): void {
    const named = this.#calls.get(id)
    if (named === undefined) return
    named.cancel()
    named.tab.forget(named.call)
    this.#calls.delete(id)
  }

  /** Forgets all names. */
  clear(): void {
    for (const id of [...this.#calls.keys()]) this.drop(id)
  }
}
