import type { Clock, Random } from '@sluice/engine'

/** Timers of the platform hold at most this many milliseconds (31 bits); a longer wait is made of several. */
const LONGEST_TIMER = 2_147_483_647

/** The machine's clock and timers. A wait of any length is kept, also of a dispute window of months. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    let rest = Math.max(0, milliseconds)
    let timer: ReturnType<typeof setTimeout>
    const step = (): void => {
      const wait = Math.min(rest, LONGEST_TIMER)
      rest -= wait
      timer = setTimeout(rest > 0 ? step : callback, wait)
    }
    step()
    return () => clearTimeout(timer)
  },
}

/** Strong random bytes of the platform, in Node and in browsers. */
export const systemRandom: Random = (length) => globalThis.crypto.getRandomValues(new Uint8Array(length))
