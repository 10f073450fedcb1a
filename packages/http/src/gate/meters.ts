import type { Id } from '@sluice/protocol'
import type { Meter } from './meter.ts'

/** The counts in memory, at most `max` that are idle: one that is dropped begins again at what is paid for. */
export class Meters {
  readonly #meters = new Map<Id, Meter>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  get(virtualId: Id): Meter | undefined {
    return this.#meters.get(virtualId)
  }

  /** Keeps the meter as the one used last. */
  keep(virtualId: Id, meter: Meter): void {
    this.#meters.delete(virtualId)
    this.#meters.set(virtualId, meter)
    for (const [id, { isLive }] of this.#meters) {
      if (this.#meters.size <= this.#max) return
      if (!isLive) this.#meters.delete(id)
    }
  }
}
