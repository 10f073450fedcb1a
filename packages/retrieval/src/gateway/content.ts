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

/** The signed record of an IPNS name. */
export interface RecordContent {
  readonly bytes: Uint8Array
  /** Another one for each record: 1 to 64 letters and digits. */
  readonly tag: string
  /** How long it may be kept, seconds. */
  readonly maxAge: number
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
  /** The newest record of an IPNS name by the name's multihash; undefined where none is here. */
  record?(name: Uint8Array): Promise<RecordContent | undefined>
}
