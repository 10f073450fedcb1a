import type { Timers } from '../ports.ts'

/** Timers that run only when told. */
export interface ManualTimers extends Timers {
  /** Fires all timers that are set now. */
  fire(): void
  /** Resolves once a timer is set that is not fired or cancelled, at once if one is. */
  armed(): Promise<void>
}

export function manualTimers(): ManualTimers {
  const set = new Set<() => void>()
  const waiting: (() => void)[] = []
  return {
    after(_, callback) {
      set.add(callback)
      for (const resolve of waiting.splice(0)) resolve()
      return () => set.delete(callback)
    },
    fire() {
      const due = [...set]
      set.clear()
      for (const callback of due) callback()
    },
    armed: () => (set.size > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
