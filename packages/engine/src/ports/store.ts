/** A record to put (`value`) or to remove (undefined). Keys are ASCII, their order means nothing. */
export interface Write {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** Where the engine's records live. One owner at a time. */
export interface Store {
  /** All records, read once at start. */
  load(): AsyncIterable<readonly [key: string, value: Uint8Array]>
  /** One transaction: all writes or none. Resolves only once they would survive a power failure. */
  commit(writes: readonly Write[]): Promise<void>
  /**
   * After a failed commit: resolves if nothing of it is left and the store takes commits again, as when a disk was full. Rejects where it is
   * not known what reached the disk. Without it a failed commit is the end.
   */
  recover?(): Promise<void>
  /** Gives the store free for another owner. */
  close(): Promise<void>
}
