import { type Field, invalid } from '../codec/field.ts'
import { uint64 } from '../codec/value-fields.ts'
import { checkIgnored, isIgnorable, isMap, openStruct } from './fields/ignorable.ts'
import { isKnownName } from './frames.ts'
import type { IgnoredFrame } from './types.ts'

/** An unknown name that may be ignored, and a map of any fields: read as its name. */
const ignoredMember: Field<string> = {
  encode: (name) => [name, {}],
  decode(value, path) {
    const [name, body] = value as readonly [string, unknown]
    if (!isMap(body)) throw invalid(`${path}.${name}`, 'a map')
    checkIgnored(body, `${path}.${name}`)
    return name
  },
}

const ignoredData = openStruct<{ readonly number: bigint; readonly message: string }>({
  number: uint64,
  message: ignoredMember,
})

const ignoredVolatile = openStruct<{ readonly message: string }>({ message: ignoredMember })

function isIgnoredMember(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isIgnorable(value[0]) && !isKnownName(value[0])
}

/**
 * Reads a frame that is ignored for its kind, or for the type of its message; undefined if it is none of these.
 *
 * @throws FieldError for one that is not well-formed.
 */
export function decodeIgnored(value: unknown, path: string): IgnoredFrame | undefined {
  if (isIgnoredMember(value)) return { kind: 'ignored', name: ignoredMember.decode(value, path) }
  const [kind, body] = Array.isArray(value) ? value : []
  if (!isMap(body) || !isIgnoredMember(body.message)) return undefined
  if (kind === 'volatile') return { kind: 'ignored', name: ignoredVolatile.decode(body, path).message }
  if (kind !== 'data') return undefined
  const { number, message } = ignoredData.decode(body, path)
  return { kind: 'ignored', name: message, number }
}
