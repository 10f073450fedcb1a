import type { CID } from 'multiformats/cid'
import { carHeader } from '../../car/car-format.ts'

/** A run of bytes in a file. */
export interface Segment {
  readonly path: string
  readonly offset: number
  readonly length: number
  /** Where it begins in the CAR that is served. */
  readonly start: number
}

/** How a DAG's CAR is put together from runs of bytes on the disk. */
export interface CarPlan {
  readonly root: CID
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
  readonly #root: CID
  readonly #header: Uint8Array
  readonly #segments: Segment[] = []
  #length: number
  #blocks = 0
  #step: number

  constructor(root: CID) {
    this.#root = root
    this.#header = carHeader(root)
    this.#length = this.#header.length
    this.#step = this.#header.length
  }

  add(path: string, offset: number, length: number): void {
    const last = this.#segments.at(-1)
    const follows = last !== undefined && last.path === path && last.offset + last.length === offset
    if (follows) this.#segments[this.#segments.length - 1] = { ...last, length: last.length + length }
    else this.#segments.push({ path, offset, length, start: this.#length })
    this.#length += length
    this.#blocks += 1
    this.#step = Math.max(this.#step, length)
  }

  finish(): CarPlan {
    return {
      root: this.#root,
      header: this.#header,
      segments: this.#segments,
      length: this.#length,
      blocks: this.#blocks,
      step: this.#step,
    }
  }
}

/** The index of the run that holds the byte `start` of the CAR. `start` is not in the header. */
export function segmentAt({ segments }: CarPlan, start: number): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((segments[middle]?.start ?? Number.POSITIVE_INFINITY) <= start) low = middle
    else high = middle - 1
  }
  return low
}
