import type { Log } from '@sluice/engine'
import { type Json, jsonLine, toJson } from './json.ts'

/** How important a line is. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  readonly write: (line: string) => void
  /** One JSON object a line, or lines for people. */
  readonly format: 'json' | 'pretty'
  readonly level: LogLevel
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Hears of each line that is above `debug`, written or not, with its code if it has one. */
  readonly onEvent?: (event: string, code: string) => void
}

/** Longest text of a value: others may have a say in it. */
const LONGEST = 500
/** Most lines of one event in so many milliseconds. */
const WINDOW = 10_000
const LINES = 200

/** Whoever makes this side log fills no disk with it: of one event so many lines are written, and how many were not. */
class Rate {
  readonly #events = new Map<string, { since: number; count: number }>()

  /** Whether the line is written; `suppressed`: how many were not in the time before. */
  take(event: string, now: number): { readonly isWritten: boolean; readonly suppressed: number } {
    const known = this.#events.get(event)
    if (known === undefined || now - known.since >= WINDOW) {
      this.#events.set(event, { since: now, count: 1 })
      return { isWritten: true, suppressed: Math.max(0, (known?.count ?? 0) - LINES) }
    }
    known.count += 1
    return { isWritten: known.count <= LINES, suppressed: 0 }
  }
}

/** Names of values that never reach the log, whoever hands them over. */
const secret = /private|secret|password|signature|authorization|preimage|seed|mnemonic|^raw$|^key$|bearer/i

/** A structured log. Values that could be secrets are left out by their names; controls in texts are made harmless. */
export function createLog({ write, format, level, now, onEvent }: LogOptions): Log {
  const rate = new Rate()
  const least = logLevels.indexOf(level)
  const line = (own: LogLevel, event: string, shown: Readonly<Record<string, Json>>) => {
    const time = new Date(now()).toISOString()
    write(format === 'json' ? `${jsonLine({ time, level: own, event, ...shown })}\n` : pretty(time, own, event, shown))
  }
  const at =
    (own: LogLevel) =>
    (event: string, values: Readonly<Record<string, unknown>> = {}) => {
      if (own !== 'debug') onEvent?.(event, typeof values.code === 'string' ? values.code : '')
      if (logLevels.indexOf(own) < least) return
      const { isWritten, suppressed } = rate.take(event, now())
      if (suppressed > 0) line(own, 'log.suppressed', { of: event, lines: suppressed })
      if (isWritten) line(own, event, redact(values))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function redact(values: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, secret.test(key) ? '(left out)' : shownValue(value)]))
}

function shownValue(value: unknown): Json {
  if (value instanceof Error) {
    return shortened('code' in value ? `${String(value.code)}: ${value.message}` : value.message)
  }
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const json = toJson(value)
  if (typeof json === 'string') return shortened(json)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? redact(json as Record<string, Json>) : json
}

const shortened = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`)

function pretty(time: string, level: LogLevel, event: string, values: Readonly<Record<string, Json>>): string {
  const fields = Object.entries(values).map(([key, value]) => {
    const text = typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ') : JSON.stringify(value)
    return `${key}=${text}`
  })
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${event}${fields.length === 0 ? '' : `  ${fields.join(' ')}`}\n`
}
