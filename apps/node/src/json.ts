/** A value as JSON says it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Turns a value into JSON: bigints become decimal strings, bytes lowercase hexadecimal, undefined fields are left out. */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object') return String(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([key, field]) => [key, toJson(field)]))
}

/** One line of JSON. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(toJson(value))
}
