/** Adds a way's time to every message, for measurements. Milliseconds one way. */
export interface DelayOptions {
  readonly latency: number
  /** Each message takes up to this much more or less; order is kept. */
  readonly jitter: number
}

/** Calls back after the delay, in order. */
export type Delay = (deliver: () => void) => void

/** Timers fire up to this much late, so the last stretch is waited for turn by turn of the loop. */
const TIMER_SLACK_MS = 2

interface Waiting {
  readonly due: number
  readonly deliver: () => void
}

/**
 * Delays measured on the monotonic clock: a plain timer would add up to a millisecond to each message.
 *
 * @param random From 0 to 1.
 */
export function createDelay({ latency, jitter }: DelayOptions, random: () => number = Math.random): Delay {
  const queue: Waiting[] = []
  let lastDue = 0
  let running = false

  const run = (): void => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const rest = first.due - performance.now()
      if (rest > 0) {
        if (rest > TIMER_SLACK_MS) setTimeout(run, rest - TIMER_SLACK_MS)
        else setImmediate(run)
        return
      }
      queue.shift()
      first.deliver()
    }
    running = false
  }

  return (deliver) => {
    const way = Math.max(0, latency + jitter * (2 * random() - 1))
    lastDue = Math.max(lastDue, performance.now() + way)
    queue.push({ due: lastDue, deliver })
    if (running) return
    running = true
    run()
  }
}
