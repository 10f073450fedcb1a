import type { CID } from 'multiformats/cid'
import type { PathWalk } from '../dag/path-walk.ts'

/** A block that is here. */
export interface BlockContent {
  readonly size: number
  /** The bytes from `start` up to and without `end`, the same each time. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

/** Blocks in the order of a walk, as the bytes of a CAR. */
export interface CarContent {
  /** The CIDs of the root and of what each name of the path led to. The last one is the CAR's root. */
  readonly roots: readonly CID[]
  /** Bytes of the whole CAR. */
  readonly length: number
  readonly blocks: number
  /** Bytes of the longest section: the least window that it can be paid for by. */
  readonly step: number
  /** The bytes from `start` up to and without `end`, the same each time. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

/** A CAR that is wanted. */
export interface CarWanted {
  /** The same for the same bytes. */
  readonly key: string
  readonly begin: () => PathWalk
}

/** What a gateway serves. */
export interface Content {
  /** A block by its CID; undefined where it is not here. */
  block(cid: CID): Promise<BlockContent | undefined>
  /**
   * The blocks of a walk as a CAR.
   *
   * @throws RetrievalError `BLOCK_MISSING`, and what the walk throws.
   */
  car(wanted: CarWanted): Promise<CarContent>
}
