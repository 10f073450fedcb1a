import { type Address, bytesToHex, bytesToUint, type Hex, hexToBytes } from '@sluice/protocol'

/** How a value lies in a record: what DAG-CBOR holds of it, and back. `from` throws a TypeError for what it never wrote. */
export interface Field<T> {
  readonly to: (value: T) => unknown
  readonly from: (raw: unknown) => T
}

function bytesOf(raw: unknown): Uint8Array {
  if (raw instanceof Uint8Array) return raw
  throw new TypeError('not a byte string')
}

function plain<T extends string | number>(type: 'string' | 'number'): Field<T> {
  return {
    to: (value) => value,
    from: (raw) => {
      if (typeof raw === type) return raw as T
      throw new TypeError(`not a ${type}`)
    },
  }
}

/** Any unsigned bigint up to 2^256 - 1, as its shortest big-endian bytes. */
export const uint: Field<bigint> = {
  to(value) {
    const digits = value.toString(16)
    return value === 0n
      ? new Uint8Array()
      : hexToBytes(`0x${digits.padStart(digits.length + (digits.length % 2), '0')}`)
  },
  from: (raw) => bytesToUint(bytesOf(raw)),
}

export const hex: Field<Hex> = { to: (value) => hexToBytes(value), from: (raw) => bytesToHex(bytesOf(raw)) }
export const address: Field<Address> = hex
export const bytes: Field<Uint8Array> = { to: (value) => value, from: bytesOf }
export const text = plain<string>('string')
export const integer = plain<number>('number')

/** One of the texts. */
export function oneOf<T extends string>(...values: readonly T[]): Field<T> {
  return {
    to: (value) => value,
    from: (raw) => {
      const value = values.find((each) => each === raw)
      if (value === undefined) throw new TypeError(`not one of ${values.join(', ')}`)
      return value
    },
  }
}

/** 0 or 1: a party or a lane. */
export const bit: Field<0 | 1> = {
  to: (value) => value,
  from: (raw) => {
    if (raw === 0 || raw === 1) return raw
    throw new TypeError('neither 0 nor 1')
  },
}

export function list<T>(item: Field<T>): Field<readonly T[]> {
  return {
    to: (values) => values.map((value) => item.to(value)),
    from: (raw) => {
      if (!Array.isArray(raw)) throw new TypeError('not a list')
      return raw.map((value) => item.from(value))
    },
  }
}

export function pair<T>(item: Field<T>): Field<readonly [T, T]> {
  const items = list(item)
  return {
    to: (values) => items.to(values),
    from: (raw) => {
      const [first, second, ...rest] = items.from(raw)
      if (first === undefined || second === undefined || rest.length > 0) throw new TypeError('not a pair')
      return [first, second]
    },
  }
}

/** A value that may be undefined: left out of the record then. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    to: (value) => (value === undefined ? undefined : field.to(value)),
    from: (raw) => (raw === undefined ? undefined : field.from(raw)),
  }
}

type Fields<T extends object> = {
  readonly [K in keyof T]-?: Record<string, never> extends Pick<T, K> ? Field<T[K] | undefined> : Field<T[K]>
}

/** Named values. A name that the record does not know is refused: it was written by a later version. */
export function struct<T extends object>(fields: Fields<T>): Field<T> {
  const parts = Object.entries(fields) as [keyof T & string, Field<unknown>][]
  const names = new Set<string>(parts.map(([name]) => name))
  return {
    to(value) {
      const raw: Record<string, unknown> = {}
      for (const [name, field] of parts) {
        const part = field.to(value[name])
        if (part !== undefined) raw[name] = part
      }
      return raw
    },
    from(raw) {
      if (typeof raw !== 'object' || raw === null) throw new TypeError('not a record')
      const given = raw as Record<string, unknown>
      const unknown = Object.keys(given).find((name) => !names.has(name))
      if (unknown !== undefined) throw new TypeError(`unknown field ${unknown}`)
      return Object.fromEntries(
        parts.map(([name, field]) => [name, field.from(given[name])]).filter(([, value]) => value !== undefined),
      ) as T
    },
  }
}
