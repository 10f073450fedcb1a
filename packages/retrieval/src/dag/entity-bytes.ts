import { RetrievalError } from '../errors.ts'

/** Bytes of a file that are wanted, both ends included. Negative: from the end of the file. */
export interface EntityBytes {
  readonly from: number
  /** Undefined: the last byte. */
  readonly to: number | undefined
}

/** Bytes of a file: from `start` up to and without `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

const FORM = /^(-?\d{1,16}):(-?\d{1,16}|\*)$/

/**
 * Reads the parameter entity-bytes.
 *
 * @throws RetrievalError `PARAMETER_INVALID`.
 */
export function parseEntityBytes(text: string): EntityBytes {
  const [, first = '', last = ''] = FORM.exec(text) ?? []
  const from = Number(first)
  const to = last === '*' ? undefined : Number(last)
  const isReversed = to !== undefined && to < from && Math.sign(to || 1) === Math.sign(from || 1)
  if (last === '' || !Number.isSafeInteger(from) || !Number.isSafeInteger(to ?? 0) || isReversed) {
    throw new RetrievalError('PARAMETER_INVALID', { name: 'entity-bytes', value: text.slice(0, 64) })
  }
  return { from, to }
}

/**
 * The bytes that are wanted of a file of `size` bytes; none where the ends cross.
 *
 * @throws RetrievalError `RANGE_OUTSIDE` where the file has none of them.
 */
export function spanIn({ from, to }: EntityBytes, size: number): Span {
  const start = from < 0 ? Math.max(0, size + from) : from
  const end = (to === undefined ? size - 1 : to < 0 ? size + to : to) + 1
  const isOutside = size > 0 && (start >= size || end <= 0)
  if (isOutside) throw new RetrievalError('RANGE_OUTSIDE', { from, to: to ?? '*', size })
  return { start, end: Math.max(start, Math.min(end, size)) }
}
