import { RetrievalError } from '../errors.ts'

/** What can be asked for: by the parameter `format`, or by its media type in the header Accept. */
export const MEDIA_TYPES = {
  raw: 'application/vnd.ipld.raw',
  car: 'application/vnd.ipld.car',
  'ipns-record': 'application/vnd.ipfs.ipns-record',
} as const

export type Format = keyof typeof MEDIA_TYPES

/** What is to be answered. */
export interface Negotiated {
  readonly format: Format
  /** Of a CAR: whether blocks come again each time they are linked to. */
  readonly dups: boolean
  /** Whether the url alone says so, without the header Accept: else caches have to be told where it would. */
  readonly isInUrl: boolean
}

/** The values of each parameter of a CAR that can be asked for. */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  version: ['1'],
  order: ['dfs', 'unk', ''],
  dups: ['y', 'n', ''],
}
const FORMATS = Object.keys(MEDIA_TYPES) as readonly Format[]
const WILDCARDS: readonly string[] = ['*/*', 'application/*']
const DEFAULT_FORMAT: Format = 'car'

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/**
 * Chooses the format of the answer: by the url's parameters, which win, and the header Accept. Whoever takes anything gets a CAR.
 *
 * @throws RetrievalError `FORMAT_UNSUPPORTED`, `FORMAT_MISSING`.
 */
export function negotiate(query: URLSearchParams, accept: string | null): Negotiated {
  const asked = query.get('format')
  const ranges = rangesIn(accept ?? '')
  const format = asked === null ? formatIn(ranges, query, accept) : FORMATS.find((name) => name === asked)
  if (format === undefined) throw unsupported(asked === null ? (accept ?? '') : `format=${asked}`)
  const { dups, isInUrl } = format === 'car' ? carParameters(query, ranges) : { dups: false, isInUrl: true }
  return { format, dups, isInUrl: isInUrl && asked !== null }
}

function formatIn(ranges: readonly MediaRange[], query: URLSearchParams, accept: string | null): Format | undefined {
  if (accept === null || ranges.length === 0) throw new RetrievalError('FORMAT_MISSING')
  for (const range of ranges) {
    const format = FORMATS.find((name) => MEDIA_TYPES[name] === range.type)
    if (format === 'car' && !isServed(query, range)) continue
    if (format !== undefined) return format
    if (WILDCARDS.includes(range.type)) return DEFAULT_FORMAT
  }
  return undefined
}

function carParameters(query: URLSearchParams, ranges: readonly MediaRange[]): { dups: boolean; isInUrl: boolean } {
  const ofCar = ranges.filter(({ type }) => type === MEDIA_TYPES.car)
  const range = ofCar.find((one) => isServed(query, one)) ?? ofCar[0]
  for (const name of Object.keys(SERVED)) {
    const value = askedFor(name, query, range)
    if (!isValueServed(name, value)) throw unsupported(`car-${name}=${value}`)
  }
  const isInUrl = Object.keys(SERVED).every((name) => query.has(`car-${name}`) || !range?.parameters.has(name))
  return { dups: askedFor('dups', query, range) === 'y', isInUrl }
}

function isServed(query: URLSearchParams, range: MediaRange): boolean {
  return Object.keys(SERVED).every((name) => isValueServed(name, askedFor(name, query, range)))
}

const isValueServed = (name: string, value: string | undefined): boolean =>
  value === undefined || SERVED[name]?.includes(value) === true

function askedFor(name: string, query: URLSearchParams, range: MediaRange | undefined): string | undefined {
  return query.get(`car-${name}`) ?? range?.parameters.get(name)
}

/** The media ranges of an Accept header, those liked best first. */
function rangesIn(accept: string): readonly MediaRange[] {
  return accept
    .split(',')
    .map(readRange)
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
}

function readRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase())
  const parameters = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=').map((side) => side.trim())
      return [name, value.replace(/^"(.*)"$/, '$1')] as const
    }),
  )
  return { type, parameters, quality: Number(parameters.get('q') ?? 1) || 0 }
}

function unsupported(asked: string): RetrievalError {
  return new RetrievalError('FORMAT_UNSUPPORTED', { asked: asked.slice(0, 128) })
}
