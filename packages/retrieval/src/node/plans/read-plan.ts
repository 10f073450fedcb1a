import { RetrievalError } from '../../errors.ts'
import type { OpenFiles } from '../open-files.ts'
import { type CarPlan, isRun, type Run, type Segment, segmentAt } from './car-plan.ts'

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
  yield* readAhead(files, pieces(plan, Math.max(start, header.length) - header.length, end - header.length))
}

/** The bytes of a run. One piece is read ahead. */
export async function* readRun(files: OpenFiles, { file, offset, length }: Run): AsyncGenerator<Uint8Array> {
  yield* readAhead(files, cut({ file, offset, length }, 0, length))
}

async function* readAhead(files: OpenFiles, reads: Generator<Run | Uint8Array>): AsyncGenerator<Uint8Array> {
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

function* pieces(plan: CarPlan, start: number, end: number): Generator<Run | Uint8Array> {
  for (let at = start, i = segmentAt(plan, start); at < end; i++) {
    const segment: Segment | undefined = plan.segments[i]
    if (segment === undefined) return
    const from = at - segment.start
    const to = Math.min(end - segment.start, segment.length)
    if (isRun(segment.from)) yield* cut(segment.from, from, to)
    else yield segment.from.subarray(from, to)
    at = segment.start + to
  }
}

function* cut({ file, offset }: Run, from: number, to: number): Generator<Run> {
  for (let at = from; at < to; at += PIECE) yield { file, offset: offset + at, length: Math.min(PIECE, to - at) }
}

function begin(files: OpenFiles, reads: Generator<Run | Uint8Array>): Promise<Uint8Array> | undefined {
  const { done, value } = reads.next()
  if (done) return undefined
  if (!isRun(value)) return Promise.resolve(value)
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
export async function readExactly(files: OpenFiles, { file, offset, length }: Run): Promise<Uint8Array> {
  return files.use(file, async (handle) => {
    const buffer = Buffer.allocUnsafeSlow(length)
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(buffer, at, length - at, offset + at)
      if (bytesRead === 0) throw new RetrievalError('CAR_CHANGED', { path: file.path })
      at += bytesRead
    }
    return buffer
  })
}
