/** A typed view of the records of one kind within a transaction. Records are immutable: `set` replaces one. */
export interface Table<K extends string, R> {
  get(key: K): R | undefined
  /** Undefined removes the record. */
  set(key: K, record: R | undefined): void
  /** How many records there are, this batch's changes left out. */
  readonly size: number
  /** All records, this transaction's changes included. */
  entries(): IterableIterator<readonly [K, R]>
}
