import type { CID } from 'multiformats/cid'

/** A DAG as the bytes of a CAR. */
export interface CarContent {
  readonly root: CID
  /** Bytes of the whole CAR. */
  readonly length: number
  readonly blocks: number
  /** Bytes of the longest section: the least window that it can be paid for by. */
  readonly step: number
  /** The bytes from `start` up to and without `end`, the same each time. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

/** Where CARs come from. */
export interface CarSource {
  /**
   * The DAG under a root.
   *
   * @throws RetrievalError `ROOT_UNKNOWN`, `BLOCK_MISSING`, `BLOCK_UNREADABLE`, `CID_UNSUPPORTED`, `DAG_LIMIT`.
   */
  find(root: CID): Promise<CarContent>
}
