/** Stops what was started, the newest first, once. */
export interface Stopper {
  readonly add: (stop: () => Promise<void> | void) => void
  /** Stops everything, also where one of them fails; then rejects with the first failure. */
  readonly stop: () => Promise<void>
}

/** Keeps account of what must be stopped. */
export function createStopper(): Stopper {
  const stops: (() => Promise<void> | void)[] = []
  let stopping: Promise<void> | undefined
  const stopAll = async () => {
    const failures: unknown[] = []
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      try {
        await stop()
      } catch (thrown) {
        failures.push(thrown)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
  return {
    add: (stop) => stops.push(stop),
    stop: () => {
      stopping ??= stopAll()
      return stopping
    },
  }
}
