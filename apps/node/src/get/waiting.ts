import { ageText } from '../age.ts'
import type { Output } from '../cli/output.ts'

/** What somebody waits for. */
export interface Wait {
  /** In words: `the hub to be reached`. */
  readonly for: string
  /** How long that mostly takes, in words. */
  readonly mostly: string
  /** Milliseconds after which it is given up. */
  readonly atMost: number
}

/** A wait that takes no longer than this is not worth a word, milliseconds. */
const QUIET = 1_500

/**
 * Waits for a promise a bounded time, and says what for once it takes longer than a moment.
 *
 * @param late What it rejects with when the time is over.
 */
export async function waitFor<T>(output: Output, wait: Wait, promise: Promise<T>, late: () => Error): Promise<T> {
  promise.catch(() => {})
  const telling = setTimeout(() => tellWait(output, wait), Math.min(QUIET, wait.atMost))
  let stop = () => {}
  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late()), wait.atMost)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(telling)
    stop()
  }
}

/** Says what is waited for. */
export function tellWait(output: Output, { for: what, mostly, atMost }: Wait): void {
  const limit = ageText(atMost / 1_000)
  output.event(
    'waiting',
    { for: what, mostly, atMostMs: atMost },
    `waiting for ${what}: mostly ${mostly}, at most ${limit} ...`,
  )
}

/** Says what is waited for where nothing has happened for a moment, each time anew. */
export interface Watch {
  readonly happened: () => void
  readonly end: () => void
}

/** Watches over a transfer. */
export function watchFor(output: Output, wait: Wait): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined
  const begin = () => {
    timer = setTimeout(() => tellWait(output, wait), QUIET)
  }
  begin()
  return {
    happened: () => {
      if (timer !== undefined) timer.refresh()
    },
    end: () => clearTimeout(timer),
  }
}
