import type { Log } from '@sluice/engine'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** How much a log tells: its own level and those after it, in this order. */
export type LogLevel = (typeof LEVELS)[number]

const inJson = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}`
  return value instanceof Error ? `${value.name}: ${value.message}` : value
}

/**
 * A log on the console, in Node and in browsers: a line an event, its values as JSON.
 *
 * @param level - The least of what is told. Default `warn`.
 * @example `const log = createConsoleLog('info')`
 */
export function createConsoleLog(level: LogLevel = 'warn'): Log {
  const least = LEVELS.indexOf(level)
  const writer = (own: LogLevel): Log[LogLevel] => {
    if (LEVELS.indexOf(own) < least) return () => {}
    return (event, values) =>
      values === undefined ? console[own](event) : console[own](`${event} ${JSON.stringify(values, inJson)}`)
  }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}
