import { exitCodes } from './exit-codes.ts'

/** What of a process the handling of signals needs. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): never
}

/** Runners such as npm hand a terminal's signal on a second time; within this many milliseconds it is the same one. */
const SAME_SIGNAL = 300

/** Aborts at the first SIGINT or SIGTERM, so that all stops in order; a second one ends the process at once. */
export function catchSignals(source: SignalSource, now: () => number = () => performance.now()): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | undefined
  const caught = () => {
    if (firstAt === undefined) {
      firstAt = now()
      controller.abort()
    } else if (now() - firstAt > SAME_SIGNAL) {
      source.exit(exitCodes.interrupted.code)
    }
  }
  source.on('SIGINT', caught)
  source.on('SIGTERM', caught)
  return controller.signal
}
