/** A call that waits for a topic to change. */
export interface Waiter {
  readonly topics: readonly string[]
  /** Index of the event in which it began to wait: changes by that event and earlier ones do not wake it. */
  readonly since: number
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** The calls that wait, by topic. */
export class Waiters {
  readonly #byTopic = new Map<string, Set<Waiter>>()

  /** Begins to wait; the function returned ends it. */
  add(waiter: Waiter): () => void {
    for (const topic of waiter.topics) {
      const waiters = this.#byTopic.get(topic) ?? new Set<Waiter>()
      this.#byTopic.set(topic, waiters.add(waiter))
    }
    return () => this.#remove(waiter)
  }

  /** Wakes, once each, those that wait for a topic that changed after they began to. `topics`: the index of the last event that changed it. */
  wake(topics: ReadonlyMap<string, number>): void {
    const woken = new Set<Waiter>()
    for (const [topic, changedAt] of topics) {
      for (const waiter of this.#byTopic.get(topic) ?? []) if (changedAt > waiter.since) woken.add(waiter)
    }
    for (const waiter of woken) this.#remove(waiter)
    for (const waiter of woken) waiter.wake()
  }

  /** Ends all waiting with an error. */
  failAll(error: unknown): void {
    const all = new Set([...this.#byTopic.values()].flatMap((waiters) => [...waiters]))
    this.#byTopic.clear()
    for (const waiter of all) waiter.fail(error)
  }

  #remove(waiter: Waiter): void {
    for (const topic of waiter.topics) {
      const waiters = this.#byTopic.get(topic)
      waiters?.delete(waiter)
      if (waiters?.size === 0) this.#byTopic.delete(topic)
    }
  }
}
