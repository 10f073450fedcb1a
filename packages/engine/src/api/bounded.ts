import type { Clock } from '../ports/clock.ts'

/** Runs a call that waits for a bounded time; `undefined` once that is over. */
export async function bounded<T>(
  clock: Clock,
  milliseconds: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const patience = new AbortController()
  const cancel = clock.after(milliseconds, () => patience.abort())
  try {
    return await run(patience.signal)
  } catch (error) {
    if (!patience.signal.aborted) throw error
    return undefined
  } finally {
    cancel()
  }
}
