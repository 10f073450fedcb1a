import { type Cbor, type Field, FieldError, invalid, type OptionalField } from './field.ts'

/** The fields of a struct: each key of T, and nothing else. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? OptionalField<NonNullable<T[K]>> : Field<T[K]>
}

/** Marks a field that may be left out. */
export function optional<T>(field: Field<T>): OptionalField<T> {
  return { optional: field }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

/** The error of a part, seen from the whole: paths are put together only where something is wrong. */
function below(path: string, error: unknown): unknown {
  return error instanceof FieldError ? new FieldError(path + error.path, error.fault) : error
}

type Entries = readonly (readonly [string, Field<unknown> | OptionalField<unknown>])[]

/**
 * An object with these keys, to be copied and filled: a copy keeps its fields within itself. An object that is given one key after the
 * other keeps most of them in a second one.
 */
function templateOf(keys: readonly string[]): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(Object.fromEntries(keys.map((key) => [key, null]))))
}

class Struct<T extends object> implements Field<T> {
  readonly #entries: Entries
  readonly #names: ReadonlySet<string>
  readonly #template: Readonly<Record<string, unknown>>

  /** @param constants What each decoded object has besides, and no encoding. */
  constructor(entries: Entries, constants: Readonly<Record<string, unknown>> = {}) {
    this.#entries = entries
    this.#names = new Set(entries.map(([name]) => name))
    const required = entries.filter(([, field]) => 'decode' in field).map(([name]) => name)
    this.#template = { ...templateOf([...Object.keys(constants), ...required]), ...constants }
  }

  /** The same whose decoded objects have a property more, which stands elsewhere in the encoding. */
  with(name: string, value: unknown): Struct<T> {
    return new Struct(this.#entries, { [name]: value })
  }

  readonly encode = (value: T, path: string): Cbor => {
    const map: Record<string, Cbor> = {}
    const given = value as Readonly<Record<string, unknown>>
    for (const [name, field] of this.#entries) {
      if ('encode' in field) map[name] = field.encode(given[name], `${path}.${name}`)
      else if (given[name] !== undefined) map[name] = field.optional.encode(given[name], `${path}.${name}`)
    }
    return map
  }

  #refuseUnknown(value: object, path: string): void {
    const unknown = Object.keys(value).find((name) => !this.#names.has(name))
    if (unknown !== undefined) throw new FieldError(`${path}.${unknown}`, { type: 'unknown' })
  }

  readonly decode = (value: unknown, path: string): T => {
    if (!isMap(value)) throw invalid(path, 'a map')
    const result: Record<string, unknown> = { ...this.#template }
    let at = ''
    let found = 0
    try {
      for (const [name, field] of this.#entries) {
        at = name
        if (Object.hasOwn(value, name)) {
          found += 1
          const known = 'decode' in field ? field : field.optional
          result[name] = known.decode(value[name], '')
        } else if ('decode' in field) throw new FieldError('', { type: 'missing' })
      }
    } catch (error) {
      this.#refuseUnknown(value, path)
      throw below(`${path}.${at}`, error)
    }
    if (Object.keys(value).length > found) this.#refuseUnknown(value, path)
    return result as T
  }
}

/** A map with exactly the keys of T, which is named or is known from where the struct stands: it is not guessed from the fields. */
export function struct<T extends object>(fields: Fields<NoInfer<T>>): Field<T> {
  return new Struct<T>(Object.entries(fields))
}

/** An array of `min` to `max` items. */
export function list<T>(item: Field<T>, min: number, max: number): Field<readonly T[]> {
  const fits = (length: number): boolean => length >= min && length <= max
  return {
    encode(value, path) {
      if (!fits(value.length)) throw invalid(path, `a list of ${min} to ${max} items`)
      return value.map((one, i) => item.encode(one, `${path}[${i}]`))
    },
    decode(value, path) {
      if (!Array.isArray(value) || !fits(value.length)) throw invalid(path, `a list of ${min} to ${max} items`)
      let at = 0
      try {
        return value.map((one, i) => {
          at = i
          return item.decode(one, '')
        })
      } catch (error) {
        throw below(`${path}[${at}]`, error)
      }
    },
  }
}

/** An array of two: one for each party, or for each lane. */
export function pair<T>(item: Field<T>): Field<readonly [T, T]> {
  const items = list(item, 2, 2)
  return {
    encode: items.encode,
    decode: (value, path) => items.decode(value, path) as readonly [T, T],
  }
}

/** The member of the union T with this name, without its tag. */
type Body<T, Tag extends keyof T, Name> = T extends unknown ? (Name extends T[Tag] ? Omit<T, Tag> : never) : never

/** The body of each member of a union, by its tag: all of them, and nothing else. */
export type Variants<T, Tag extends keyof T> = {
  readonly [Name in T[Tag] & string]: Field<Body<T, Tag, Name>>
}

/** A union of objects that are told apart by their `type`: an array of the member's type and its body. */
export function union<T extends { readonly type: string }>(variants: Variants<T, 'type'>): Field<T> {
  return unionBy<T, 'type'>('type', variants)
}

/** The body of a member whose decoded objects have its tag. */
function tagged(body: Field<object>, tag: string, name: string): Field<object> {
  if (body instanceof Struct) return body.with(tag, name)
  return { encode: body.encode, decode: (value, path) => ({ [tag]: name, ...body.decode(value, path) }) }
}

/** A {@link union} of objects that are told apart by a property of another name. */
export function unionBy<T extends object, Tag extends keyof T & string>(
  tag: Tag,
  variants: Variants<T, Tag>,
): Field<T> {
  const table = new Map<unknown, Field<object>>()
  for (const [name, body] of Object.entries(variants)) table.set(name, tagged(body as Field<object>, tag, name))
  const find = (name: unknown, path: string): Field<object> => {
    const field = table.get(name)
    if (field === undefined) throw new FieldError(path, { type: 'variant', got: describe(name) })
    return field
  }
  return {
    encode(value, path) {
      const name = String(value[tag])
      return [name, find(name, path).encode(value, `${path}.${name}`)]
    },
    decode(value, path) {
      if (!Array.isArray(value) || value.length !== 2) throw invalid(path, 'an array of a type and a body')
      const [name, body] = value
      const field = find(name, path)
      try {
        return field.decode(body, '') as T
      } catch (error) {
        throw below(`${path}.${String(name)}`, error)
      }
    },
  }
}

/** A short, harmless rendering of what stands in place of a type. */
function describe(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 32)) : `a ${typeof name}`
}

/** A field whose decoded value must also pass a test. */
export function refine<T>(field: Field<T>, expected: string, holds: (value: T) => boolean): Field<T> {
  const check = (value: T, path: string): T => {
    if (!holds(value)) throw invalid(path, expected)
    return value
  }
  return {
    encode: (value, path) => field.encode(check(value, path), path),
    decode: (value, path) => check(field.decode(value, path), path),
  }
}
