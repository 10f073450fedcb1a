import { type Field, invalid } from '../messages/field.ts'

/** One of a few words. */
export function word<T extends string>(...words: readonly T[]): Field<T> {
  const check = (value: unknown, path: string): T => {
    const known = words.find((one) => one === value)
    if (known === undefined) throw invalid(path, `one of ${words.join(', ')}`)
    return known
  }
  return { encode: check, decode: check }
}

/** Any text of this side's own making. */
export const anyText: Field<string> = {
  encode: (value) => value,
  decode(value, path) {
    if (typeof value !== 'string') throw invalid(path, 'a text')
    return value
  },
}

/** 0 for false, 1 for true. */
export const flag: Field<boolean> = {
  encode: (value) => (value ? 1 : 0),
  decode(value, path) {
    if (value !== 0 && value !== 1) throw invalid(path, '0 or 1')
    return value === 1
  },
}
