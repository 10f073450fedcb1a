import { RetrievalError } from '../../errors.ts'
import type { OpenFiles } from '../open-files.ts'
import { type CarPlan, type Segment, segmentAt } from './car-plan.ts'

/** Bytes read at a time. */
const PIECE = 512 << 10

/** The bytes of a planned CAR from `start` up to and without `end`. One piece is read ahead. */
export async function* readPlan(
  files: OpenFiles,
  plan: CarPlan,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const { header } = plan
  if (start < header.length) yield header.subarray(start, Math.min(end, header.length))
  const reads = pieces(plan, Math.max(start, header.length), end)
  let ahead = begin(files, reads)
  try {
    while (ahead !== undefined) {
      const piece = await ahead
      ahead = begin(files, reads)
      yield piece
    }
  } finally {
    await ahead?.catch(() => undefined)
  }
}

interface Read {
  readonly path: string
  readonly offset: number
  readonly length: number
}

function* pieces(plan: CarPlan, start: number, end: number): Generator<Read> {
  for (let at = start, i = segmentAt(plan, start); at < end; i++) {
    const segment = plan.segments[i]
    if (segment === undefined) return
    const stop = Math.min(end, segment.start + segment.length)
    for (; at < stop; at = Math.min(at + PIECE, stop)) yield readOf(segment, at, Math.min(at + PIECE, stop))
  }
}

function readOf({ path, offset, start }: Segment, from: number, to: number): Read {
  return { path, offset: offset + from - start, length: to - from }
}

function begin(files: OpenFiles, reads: Generator<Read>): Promise<Uint8Array> | undefined {
  const { done, value } = reads.next()
  if (done) return undefined
  const piece = readExactly(files, value)
  // Awaited by the caller; a failure must not surface while an earlier piece is still being sent.
  piece.catch(() => undefined)
  return piece
}

/**
 * Reads a run of bytes.
 *
 * @throws RetrievalError `CAR_CHANGED` where the file has become shorter.
 */
export async function readExactly(files: OpenFiles, { path, offset, length }: Read): Promise<Uint8Array> {
  return files.use(path, async (handle) => {
    const buffer = Buffer.allocUnsafeSlow(length)
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(buffer, at, length - at, offset + at)
      if (bytesRead === 0) throw new RetrievalError('CAR_CHANGED', { path })
      at += bytesRead
    }
    return buffer
  })
}
