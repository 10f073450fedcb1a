import { type Fields, struct } from '../../codec/composite-fields.ts'
import { type Field, invalid } from '../../codec/field.ts'
import { MAX_UINT32 } from '../../primitives/bytes.ts'
import { MAX_IGNORED_DEPTH } from '../limits.ts'

/** The name of a field, a message or a frame that whoever does not know it ignores. */
const IGNORABLE = /^_[a-z][A-Za-z0-9]{0,30}$/
const PRINTABLE = /^[ -~]+$/

/** Whether a name says that who does not know it may ignore what it names. */
export function isIgnorable(name: unknown): name is string {
  return typeof name === 'string' && IGNORABLE.test(name)
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return value >>> 0 === value && !Object.is(value, -0)
  if (typeof value === 'string') return value === '' || PRINTABLE.test(value)
  if (value instanceof Uint8Array) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth - 1))
  return isMap(value) && Object.entries(value).every(([name, one]) => PRINTABLE.test(name) && isPlain(one, depth - 1))
}

/**
 * What is ignored is still built of what fields are built of, so that one rule says what an encoding is.
 *
 * @throws FieldError.
 */
export function checkIgnored(value: unknown, path: string): void {
  if (isPlain(value, MAX_IGNORED_DEPTH)) return
  throw invalid(
    path,
    `integers up to ${MAX_UINT32}, bytes, printable ASCII, lists and maps, at most ${MAX_IGNORED_DEPTH} within one another`,
  )
}

/**
 * A map that later versions may add to. A reader ignores a field that it does not know if its name says so, and refuses any other.
 * Never for what is signed, hashed or replayed: that has exactly its own fields, for ever.
 */
export function openStruct<T extends object>(fields: Fields<NoInfer<T>>): Field<T> {
  const closed = struct<T>(fields)
  return {
    encode: closed.encode,
    decode(value, path) {
      if (!isMap(value)) return closed.decode(value, path)
      const isIgnored = (name: string) => isIgnorable(name) && !Object.hasOwn(fields, name)
      const ignored = Object.keys(value).filter(isIgnored)
      if (ignored.length === 0) return closed.decode(value, path)
      for (const name of ignored) checkIgnored(value[name], `${path}.${name}`)
      return closed.decode(Object.fromEntries(Object.entries(value).filter(([name]) => !isIgnored(name))), path)
    },
  }
}
