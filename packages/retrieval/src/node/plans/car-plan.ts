import type { CID } from 'multiformats/cid'
import { carHeader, sectionPrefix } from '../../car/car-format.ts'
import type { FileVersion } from '../open-files.ts'

/** Bytes in a file. */
export interface Run {
  readonly file: FileVersion
  readonly offset: number
  readonly length: number
}

/** A part of a CAR: bytes of a file, or bytes that are written anew. */
export interface Segment {
  readonly from: Run | Uint8Array
  readonly length: number
  /** Where it begins behind the header. */
  readonly start: number
}

/** Where a block lies. */
export interface Place {
  readonly file: FileVersion
  /** Where its section begins, with the length and the CID. */
  readonly offset: number
  /** Bytes before the block. */
  readonly head: number
  /** Bytes of the block. */
  readonly size: number
  /** Whether the section has the CID that was asked for, and not another one of the same content. */
  readonly isSame: boolean
}

/** How a CAR is put together. */
export interface CarPlan {
  /** The CIDs of the root and of what each name of the path led to. */
  readonly roots: readonly CID[]
  readonly header: Uint8Array
  readonly segments: readonly Segment[]
  /** Bytes of the whole CAR. */
  readonly length: number
  readonly blocks: number
  /** Bytes of the longest section, or of the header: what a client must have whole before it can judge it. */
  readonly step: number
}

/** Collects sections in the order of the CAR. Those that already follow each other on the disk become one run. */
export class CarPlanner {
  readonly #segments: Segment[] = []
  #length = 0
  #blocks = 0
  #step = 0

  add(cid: CID, place: Place): void {
    const { file, offset, head, size, isSame } = place
    const before = this.#length
    if (isSame) this.#addRun({ file, offset, length: head + size })
    else {
      this.#add(sectionPrefix(cid, size))
      this.#addRun({ file, offset: offset + head, length: size })
    }
    this.#blocks += 1
    this.#step = Math.max(this.#step, this.#length - before)
  }

  #addRun(run: Run): void {
    const last = this.#segments.at(-1)
    const before = last?.from
    if (last === undefined || !isRun(before) || !follows(before, run)) {
      this.#add(run)
      return
    }
    const length = before.length + run.length
    this.#segments[this.#segments.length - 1] = { from: { ...before, length }, length, start: last.start }
    this.#length += run.length
  }

  #add(from: Run | Uint8Array): void {
    const { length } = from
    if (length === 0) return
    this.#segments.push({ from, length, start: this.#length })
    this.#length += length
  }

  /** `roots`: at least one. The last one is the CAR's. */
  finish(roots: readonly CID[]): CarPlan {
    const root = roots.at(-1)
    if (root === undefined) throw new RangeError('a CAR has a root')
    const header = carHeader(root)
    return {
      roots,
      header,
      segments: this.#segments,
      length: header.length + this.#length,
      blocks: this.#blocks,
      step: Math.max(header.length, this.#step),
    }
  }
}

/** Whether a segment's bytes are those of a file. */
export const isRun = (from: Segment['from'] | undefined): from is Run =>
  from !== undefined && !(from instanceof Uint8Array)

const follows = (before: Run, run: Run): boolean =>
  before.file === run.file && before.offset + before.length === run.offset

/** The index of the segment that holds the byte `at` behind the header. */
export function segmentAt({ segments }: CarPlan, at: number): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((segments[middle]?.start ?? Number.POSITIVE_INFINITY) <= at) low = middle
    else high = middle - 1
  }
  return low
}
