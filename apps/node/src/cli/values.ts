import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeError, problemOf } from '../errors.ts'
import type { Environment } from './command.ts'
import { type Options, type Raw, variableOf } from './options.ts'
import { path as parsePath } from './parse.ts'

/** A configuration file's values as texts. */
export type ConfigFile = Readonly<Record<string, string>>

/**
 * Reads the values of a command's options: the command line, then the environment, then the configuration file, then the defaults.
 *
 * @param given what the command line holds, by key
 */
export function resolveValues(
  options: Options,
  given: Readonly<Record<string, Raw>>,
  environment: Environment,
  config: ConfigFile,
): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, option]) => {
    const elsewhere = option.sources === 'all' ? (environment[variableOf(key)] ?? config[key]) : undefined
    return [key, option.read(given[key] ?? elsewhere, key)] as const
  })
  return Object.fromEntries(entries)
}

/**
 * Loads the configuration file: the one named, or `config.json` of the data folder if it is there.
 *
 * @throws NodeError CONFIG_UNREADABLE, CONFIG_KEY_UNKNOWN
 */
export function loadConfig(named: Raw, dataFolder: string, knownKeys: ReadonlySet<string>): ConfigFile {
  const file = typeof named === 'string' ? parsePath(named, '--config') : join(dataFolder, 'config.json')
  if (typeof named !== 'string' && !existsSync(file)) return {}
  const entries = Object.entries(parseConfig(file))
  for (const [key] of entries) {
    if (!knownKeys.has(key)) throw new NodeError('CONFIG_KEY_UNKNOWN', { path: file, key })
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, textOf(file, key, value)]))
}

function parseConfig(file: string): object {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch (thrown) {
    throw new NodeError('CONFIG_UNREADABLE', { path: file, problem: problemOf(thrown) }, thrown)
  }
  throw new NodeError('CONFIG_UNREADABLE', { path: file, problem: 'it is not one JSON object' })
}

function textOf(file: string, key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ')
  // Larger numbers have lost digits already when JSON was read.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new NodeError('CONFIG_UNREADABLE', {
    path: file,
    problem: `${key} is neither a text, a whole number nor true or false`,
  })
}
