import type { Timers } from '../ports.ts'

/** Timers that run only when told. `atMost`, in milliseconds: only those that were set for no longer. Default: all. */
export interface ManualTimers extends Timers {
  /** Fires the timers that are set now. */
  fire(atMost?: number): void
  /** Resolves once a timer is set that is not fired or cancelled, at once if one is. */
  armed(atMost?: number): Promise<void>
}

interface Timer {
  readonly milliseconds: number
  readonly callback: () => void
}

export function manualTimers(): ManualTimers {
  const set = new Set<Timer>()
  const waiting = new Set<() => void>()
  const due = (atMost: number): Timer[] => [...set].filter(({ milliseconds }) => milliseconds <= atMost)
  return {
    after(milliseconds, callback) {
      const timer = { milliseconds, callback }
      set.add(timer)
      for (const look of waiting) look()
      return () => set.delete(timer)
    },
    fire(atMost = Number.POSITIVE_INFINITY) {
      for (const timer of due(atMost)) {
        set.delete(timer)
        timer.callback()
      }
    },
    armed(atMost = Number.POSITIVE_INFINITY) {
      return new Promise((resolve) => {
        const look = () => {
          if (due(atMost).length === 0) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
}
