import { systemClock } from '@sluice/adapters/system'
import type { Clock } from '@sluice/engine'

/** The machine's clock with timers that can be held: what comes about meanwhile needed none. */
export class HoldableClock implements Clock {
  #isHeld = false
  #late: (() => void)[] = []

  now(): number {
    return systemClock.now()
  }

  after(milliseconds: number, callback: () => void): () => void {
    let isCancelled = false
    const run = () => {
      if (isCancelled) return
      if (this.#isHeld) this.#late.push(run)
      else callback()
    }
    const cancel = systemClock.after(milliseconds, run)
    return () => {
      isCancelled = true
      cancel()
    }
  }

  /** No timer calls back from now on. */
  hold(): void {
    this.#isHeld = true
  }

  /** Timers call back again, those first that were due meanwhile. */
  release(): void {
    this.#isHeld = false
    const late = this.#late
    this.#late = []
    for (const run of late) run()
  }
}
