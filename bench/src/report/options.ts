import { parseArgs } from 'node:util'

/** What a measurement may be asked for. */
export interface BenchOptions {
  /** Only the last line's JSON on stdout. */
  readonly json: boolean
  /** Milliseconds that every message takes longer, one way. */
  readonly latency: number
  /** Milliseconds more or less of that, at random. */
  readonly jitter: number
  /** How often to measure; each bench has its default. */
  readonly count: number | undefined
  /** How much is downloaded, MiB; the bench has its default. */
  readonly size: number | undefined
}

function numberFrom(name: string, text: string | undefined, smallest: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= smallest) return value
  throw new Error(`--${name} takes a number from ${smallest} on, not ${JSON.stringify(text)}`)
}

/** Reads the arguments behind a bench's name. Throws with one line that says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      latency: { type: 'string' },
      jitter: { type: 'string' },
      n: { type: 'string' },
      size: { type: 'string' },
    },
  })
  const latency = numberFrom('latency', values.latency, 0) ?? 0
  const jitter = numberFrom('jitter', values.jitter, 0) ?? 0
  const count = numberFrom('n', values.n, 1)
  const size = numberFrom('size', values.size, 1)
  const whole = (value: number | undefined) => (value === undefined ? undefined : Math.floor(value))
  return { json: values.json, latency, jitter, count: whole(count), size: whole(size) }
}
