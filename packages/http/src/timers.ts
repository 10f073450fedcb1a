import type { Timers } from './ports.ts'

/** The surroundings' own timers. */
export const systemTimers: Timers = {
  after(milliseconds, callback, isIdle = false) {
    const timer: unknown = setTimeout(callback, milliseconds)
    // Node's timers alone keep a process alive.
    if (isIdle && typeof timer === 'object') (timer as { unref?(): void }).unref?.()
    return () => clearTimeout(timer as number)
  },
}

/** Runs `work` with a signal that aborts with `reason()` when `milliseconds` have passed, or with its own reason when one of `signals` aborts. */
export async function within<T>(
  timers: Timers,
  milliseconds: number,
  reason: () => Error,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController()
  const cancel = timers.after(milliseconds, () => timeout.abort(reason()))
  const relays = signals.map((signal) => relay(signal, timeout))
  try {
    return await work(timeout.signal)
  } finally {
    cancel()
    for (const stop of relays) stop()
  }
}

function relay(signal: AbortSignal, target: AbortController): () => void {
  const abort = () => target.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return () => signal.removeEventListener('abort', abort)
}

/** Settles like `promise`, or rejects with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Waits so many milliseconds. Rejects with the signal's reason as soon as it aborts. */
export function pause(timers: Timers, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = timers.after(milliseconds, () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
