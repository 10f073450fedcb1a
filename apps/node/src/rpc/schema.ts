import type { Address, Hex, Id } from '@sluice/protocol'
import { NodeError } from '../errors.ts'

/** Reads a JSON value to a typed one; throws NodeError RPC_PARAMS_INVALID naming the path of what is wrong. */
export interface Schema<T> {
  readonly decode: (value: unknown, path: string) => T
  /** Set where a field may be left out. */
  readonly optional?: true
}

/** What a schema reads to. */
export type Infer<S> = S extends Schema<infer T> ? T : never

/** The fields of an object. */
export type Fields = Readonly<Record<string, Schema<unknown>>>

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F]

/** What a table of fields reads to. */
export type ObjectOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Infer<F[K]>
}

function refuse(path: string, expected: string): never {
  throw new NodeError('RPC_PARAMS_INVALID', { path, expected })
}

function matching<T extends string>(pattern: RegExp, expected: string): Schema<T> {
  return {
    decode: (value, path) => (typeof value === 'string' && pattern.test(value) ? (value as T) : refuse(path, expected)),
  }
}

/** 20 bytes in lowercase hexadecimal. */
export const address: Schema<Address> = matching(/^0x[0-9a-f]{40}$/, 'an address in lowercase hexadecimal')
/** 32 bytes in lowercase hexadecimal. */
export const id: Schema<Id> = matching(/^0x[0-9a-f]{64}$/, 'an id of 32 bytes in lowercase hexadecimal')
/** Bytes in lowercase hexadecimal. */
export const hex: Schema<Hex> = matching(/^0x(?:[0-9a-f]{2})*$/, 'bytes in lowercase hexadecimal')
/** Any text of at most 4096 characters. */
export const text: Schema<string> = matching(/^[\s\S]{0,4096}$/, 'a text of at most 4096 characters')

/** An amount in base units, or another integer past 53 bits: a decimal string. */
export const integer: Schema<bigint> = {
  decode: (value, path) =>
    typeof value === 'string' && /^-?\d{1,40}$/.test(value) ? BigInt(value) : refuse(path, 'a decimal string'),
}

/** An amount in base units, at most 128 bits: a decimal string. */
export const amount: Schema<bigint> = {
  decode: (value, path) => {
    const read = typeof value === 'string' && /^\d{1,39}$/.test(value) ? BigInt(value) : undefined
    return read !== undefined && read < 1n << 128n ? read : refuse(path, 'an amount: a decimal string')
  },
}

/** A whole number that JSON can carry, not below zero. */
export const count: Schema<number> = {
  decode: (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(path, 'a whole number'),
}

/** true or false. */
export const truth: Schema<boolean> = {
  decode: (value, path) => (typeof value === 'boolean' ? value : refuse(path, 'true or false')),
}

/** One of these values. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Schema<T> {
  return {
    decode: (value, path) =>
      values.find((candidate) => candidate === value) ?? refuse(path, `one of ${values.join(', ')}`),
  }
}

/** Marks a field that may be left out. */
export function optional<T>(schema: Schema<T>): Schema<T> & { readonly optional: true } {
  return { ...schema, optional: true }
}

/** A list. */
export function list<T>(schema: Schema<T>, most = 100_000): Schema<readonly T[]> {
  return {
    decode: (value, path) =>
      Array.isArray(value) && value.length <= most
        ? value.map((item, index) => schema.decode(item, `${path}[${index}]`))
        : refuse(path, `a list of at most ${most}`),
  }
}

function fieldsOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, 'an object')
  return value as Record<string, unknown>
}

function decodeFields<F extends Fields>(fields: F, source: Record<string, unknown>, path: string): ObjectOf<F> {
  const entries = Object.entries(fields).flatMap(([key, schema]) => {
    if (!Object.hasOwn(source, key)) return schema.optional ? [] : refuse(`${path}.${key}`, 'there')
    return [[key, schema.decode(source[key], `${path}.${key}`)] as const]
  })
  return Object.fromEntries(entries) as ObjectOf<F>
}

/** An object with exactly these fields: for what callers send. */
export function strict<F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  return {
    decode: (value, path) => {
      const source = fieldsOf(value, path)
      for (const key of Object.keys(source)) if (!Object.hasOwn(fields, key)) refuse(`${path}.${key}`, 'a known field')
      return decodeFields(fields, source, path)
    },
  }
}

/** An object with at least these fields: for answers, which newer nodes may extend. */
export function object<F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  return { decode: (value, path) => decodeFields(fields, fieldsOf(value, path), path) }
}

/** A union told apart by its field `type`. */
export function tagged<V extends Readonly<Record<string, Fields>>>(
  variants: V,
): Schema<{ [K in keyof V]: { readonly type: K } & ObjectOf<V[K]> }[keyof V]> {
  return {
    decode: (value, path) => {
      const source = fieldsOf(value, path)
      const type = source.type
      const fields = typeof type === 'string' && Object.hasOwn(variants, type) ? variants[type] : undefined
      if (fields === undefined) return refuse(`${path}.type`, `one of ${Object.keys(variants).join(', ')}`)
      return { type, ...decodeFields(fields, source, path) } as never
    },
  }
}

/** Nothing: null. */
export const nothing: Schema<null> = {
  decode: (value, path) => (value === null || value === undefined ? null : refuse(path, 'null')),
}
