/** Bytes of a resource: from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

function safeInteger(digits: string): number | undefined {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : undefined
}

/**
 * What a Range header asks of a resource of `length` bytes: a range, `unsatisfiable`, or undefined where the header is to be ignored
 * (another unit, several ranges, a broken form), as HTTP lets a server do.
 */
export function parseRange(header: string | null, length: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.trim() ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? undefined : suffix(safeInteger(last), length)
  const start = safeInteger(first)
  const end = last === '' ? length : safeInteger(last)
  if (start === undefined || end === undefined || (last !== '' && end < start)) return undefined
  if (start >= length) return 'unsatisfiable'
  return { start, end: last === '' ? length : Math.min(end + 1, length) }
}

function suffix(count: number | undefined, length: number): ByteRange | 'unsatisfiable' | undefined {
  if (count === undefined) return undefined
  if (count === 0 || length === 0) return 'unsatisfiable'
  return { start: Math.max(0, length - count), end: length }
}

/** What a Content-Range header says, or undefined where it is broken or leaves the total open. */
export function parseContentRange(header: string | null): (ByteRange & { readonly total: number }) | undefined {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(header ?? '')
  if (match === null) return undefined
  const [start = -1, last = -1, total = -1] = match.slice(1).map(Number)
  if (![start, last, total].every(Number.isSafeInteger) || last < start || last >= total) return undefined
  return { start, end: last + 1, total }
}

/** Content-Range of a range. */
export const formatContentRange = ({ start, end }: ByteRange, length: number): string =>
  `bytes ${start}-${end - 1}/${length}`
