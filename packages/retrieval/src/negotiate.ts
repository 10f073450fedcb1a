import { RetrievalError } from './errors.ts'

const CAR = 'application/vnd.ipld.car'
/** What is served, and the values of each parameter that it satisfies. */
const SERVED: Readonly<Record<string, readonly string[]>> = { version: ['1'], order: ['dfs', 'unk'], dups: ['n'] }
/** The same parameters in a url. */
const QUERY: Readonly<Record<string, string>> = { 'car-version': 'version', 'car-order': 'order', 'car-dups': 'dups' }
const WILDCARDS: readonly string[] = ['*/*', 'application/*']

/**
 * Checks that what is asked for is what is served: by the url's parameters, which win, and the header Accept.
 *
 * @throws RetrievalError `FORMAT_UNSUPPORTED`, `SCOPE_UNSUPPORTED`.
 */
export function negotiate(query: URLSearchParams, accept: string | null): void {
  const scope = query.get('dag-scope') ?? 'all'
  if (scope !== 'all') throw new RetrievalError('SCOPE_UNSUPPORTED', { name: 'dag-scope', value: scope.slice(0, 32) })
  const bytes = query.get('entity-bytes')
  if (bytes !== null) throw new RetrievalError('SCOPE_UNSUPPORTED', { name: 'entity-bytes', value: bytes.slice(0, 32) })
  for (const [name, parameter] of Object.entries(QUERY)) {
    const value = query.get(name)
    if (value !== null && !SERVED[parameter]?.includes(value)) throw unsupported(`${name}=${value}`)
  }
  const format = query.get('format')
  if (format !== null && format !== 'car') throw unsupported(`format=${format}`)
  if (format === null && accept !== null && !accept.split(',').some(isServed)) throw unsupported(accept)
}

function unsupported(asked: string): RetrievalError {
  return new RetrievalError('FORMAT_UNSUPPORTED', { asked: asked.slice(0, 128) })
}

/** Whether one media range of an Accept header is satisfied. */
function isServed(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  if (type !== CAR && !WILDCARDS.includes(type)) return false
  return parameters.every((parameter) => {
    const [name = '', value = ''] = parameter.split('=').map((part) => part.trim())
    if (name === 'q') return Number(value) > 0
    return SERVED[name]?.includes(value.replace(/^"(.*)"$/, '$1')) ?? true
  })
}
