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
}

/** Names of values that never reach the log, whoever hands them over. */
const secret = /private|secret|password|signature|authorization|preimage|seed|mnemonic|^raw$|^key$|bearer/i

/** A structured log. Values that could be secrets are left out by their names; controls in texts are made harmless. */
export function createLog({ write, format, level, now }: LogOptions): Log {
  const least = logLevels.indexOf(level)
  const at =
    (own: LogLevel) =>
    (event: string, values: Readonly<Record<string, unknown>> = {}) => {
      if (logLevels.indexOf(own) < least) return
      const time = new Date(now()).toISOString()
      const shown = redact(values)
      write(
        format === 'json' ? `${jsonLine({ time, level: own, event, ...shown })}\n` : pretty(time, own, event, shown),
      )
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function redact(values: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, secret.test(key) ? '(left out)' : shownValue(value)]))
}

function shownValue(value: unknown): Json {
  if (value instanceof Error) return 'code' in value ? `${String(value.code)}: ${value.message}` : value.message
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const json = toJson(value)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? redact(json as Record<string, Json>) : json
}

function pretty(time: string, level: LogLevel, event: string, values: Readonly<Record<string, Json>>): string {
  const fields = Object.entries(values).map(([key, value]) => {
    const text = typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ') : JSON.stringify(value)
    return `${key}=${text}`
  })
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${event}${fields.length === 0 ? '' : `  ${fields.join(' ')}`}\n`
}
