import { NodeError } from '../errors.ts'

/** What a command line, the environment or a configuration file holds for one option before it is read. */
export type Raw = string | boolean | undefined

/** One option of a command. Its key in the command's table is its name in camel case, as in the configuration file. */
export interface Option<T> {
  /** What stands for the value in the help; none for a switch. */
  readonly placeholder?: string
  readonly description: string
  /** Shown in the help. */
  readonly fallback?: string
  /** May be given several times; elsewhere than on the command line with spaces between the values. */
  readonly isMany?: boolean
  /** What stands between the values of one that is given several times. Default: a space. */
  readonly separator?: string
  /** One letter that stands for it: `X` for `-X`. */
  readonly letter?: string
  /** Where the value comes from besides the command line; secrets and one-off switches come from nowhere else. */
  readonly sources: 'all' | 'flag'
  /** Reads the value; `name` is how the user knows it. */
  readonly read: (raw: Raw, key: string) => T
}

/** The options of a command by key. */
export type Options = Readonly<Record<string, Option<unknown>>>

/** The values that a table of options reads to. */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** Reads a text; throws NodeError VALUE_INVALID naming `name`. */
export type Parse<T> = (text: string, name: string) => T

/** `feeBase` as `fee-base`. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `feeBase` as `SLUICE_FEE_BASE`. */
export function variableOf(key: string): string {
  return `SLUICE_${kebab(key).replaceAll('-', '_').toUpperCase()}`
}

/** An option that may be left out. */
export function optional<T>(placeholder: string, description: string, parse: Parse<T>): Option<T | undefined> {
  const read = (raw: Raw, key: string) => (typeof raw === 'string' ? parse(raw, `--${kebab(key)}`) : undefined)
  return { placeholder, description, sources: 'all', read }
}

/** An option with a default, given as text. */
export function defaulted<T>(placeholder: string, description: string, parse: Parse<T>, fallback: string): Option<T> {
  const read = (raw: Raw, key: string) => parse(typeof raw === 'string' ? raw : fallback, `--${kebab(key)}`)
  return { placeholder, description, fallback, sources: 'all', read }
}

/** An option that must be given somewhere. */
export function required<T>(placeholder: string, description: string, parse: Parse<T>): Option<T> {
  const read = (raw: Raw, key: string) => {
    const name = `--${kebab(key)}`
    if (typeof raw !== 'string') {
      throw new NodeError('VALUE_MISSING', { name, flag: kebab(key), variable: variableOf(key), key })
    }
    return parse(raw, name)
  }
  return { placeholder, description, sources: 'all', read }
}

/** An option that may be given several times, each value another one. */
export function several<T>(placeholder: string, description: string, parse: Parse<T>): Option<readonly T[]> {
  const read = (raw: Raw, key: string) => {
    const name = `--${kebab(key)}`
    const texts = typeof raw === 'string' ? raw.split(/\s+/).filter((text) => text !== '') : []
    if (new Set(texts).size < texts.length) {
      throw new NodeError('VALUE_INVALID', { name, value: texts.join(' '), expected: 'each value once' })
    }
    return texts.map((text) => parse(text, name))
  }
  return { placeholder, description, sources: 'all', read, isMany: true }
}

/** An option that may be given several times, whose values may hold spaces, each value as often as it is given; elsewhere one a line. */
export function lines<T>(placeholder: string, description: string, parse: Parse<T>): Option<readonly T[]> {
  const read = (raw: Raw, key: string) => {
    const texts = typeof raw === 'string' ? raw.split('\n').filter((text) => text !== '') : []
    return texts.map((text) => parse(text, `--${kebab(key)}`))
  }
  return { placeholder, description, sources: 'all', read, isMany: true, separator: '\n' }
}

/** The same option, which one letter stands for too. */
export function lettered<T>(letter: string, option: Option<T>): Option<T> {
  return { ...option, letter }
}

/** A switch. */
export function toggle(description: string): Option<boolean> {
  return { description, sources: 'all', read: (raw) => raw === true || raw === 'true' || raw === '1' }
}

/** The same option, taken from the command line only. */
export function flagOnly<T>(option: Option<T>): Option<T> {
  return { ...option, sources: 'flag' }
}
