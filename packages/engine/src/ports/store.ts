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
  /** Gives the store free for another owner. */
  close(): Promise<void>
}
