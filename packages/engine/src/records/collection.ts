import type { RecordKind } from '@sluice/protocol'
import type { Write } from '../ports/store.ts'
import type { Table } from '../ports/tx.ts'

/** What the loop needs of anything that takes part in its transactions. */
export interface Participant {
  /** Drops what the running event did. */
  drop(): void
  /** Keeps what the running event did for the batch. */
  keep(): void
  /** Drops all of the batch. */
  dropBatch(): void
  /** Whether the batch changed anything. */
  readonly isChanged: boolean
  /** What the batch puts on disk. */
  writes(): readonly Write[]
  /** The batch is durable. */
  applied(): void
}

/**
 * The records of one kind as the running event sees them, and beside them what the event and the batch found: so that reading costs
 * one look, whatever is under way, and only what changed is gone through to drop or to keep it.
 */
export class Collection<K extends string, R> implements Table<K, R>, Participant {
  readonly kind: RecordKind<R>
  readonly #index: (record: R) => readonly string[]
  readonly #onChange: (key: K) => void
  readonly #now = new Map<K, R>()
  readonly #names = new Map<string, Set<K>>()
  /** What the running event found under the keys that it changed. */
  readonly #beforeEvent = new Map<K, R | undefined>()
  /** What is on disk under the keys that the batch changed. */
  readonly #beforeBatch = new Map<K, R | undefined>()

  /**
   * @param onChange Hears of each key that an event changes, at once.
   * @param index Names under which a record can be looked up, besides its key. Each costs memory: only what is asked for has a name.
   */
  constructor(
    kind: RecordKind<R>,
    onChange: (key: K) => void = () => {},
    index: (record: R) => readonly string[] = () => [],
  ) {
    this.kind = kind
    this.#onChange = onChange
    this.#index = index
  }

  /** Takes the records that were read from disk, before the loop starts. */
  fill(records: Iterable<readonly [string, R]>): void {
    for (const [key, record] of records) this.#replace(key as K, record)
  }

  get size(): number {
    return this.#now.size
  }

  get(key: K): R | undefined {
    return this.#now.get(key)
  }

  set(key: K, record: R | undefined): void {
    const before = this.#now.get(key)
    if (before === record) return
    if (!this.#beforeEvent.has(key)) this.#beforeEvent.set(key, before)
    this.#replace(key, record)
    this.#onChange(key)
  }

  entries(): IterableIterator<readonly [K, R]> {
    return this.#now.entries()
  }

  keys(): IterableIterator<K> {
    return this.#now.keys()
  }

  /** The keys of records that the index lists under the name. Who changes records while going through them copies the keys first. */
  named(name: string): IterableIterator<K> {
    return (this.#names.get(name) ?? new Set<K>()).values()
  }

  count(name: string): number {
    return this.#names.get(name)?.size ?? 0
  }

  /** A record as it stands on disk, whatever a batch under way does. */
  committed(key: K): R | undefined {
    if (this.#beforeBatch.has(key)) return this.#beforeBatch.get(key)
    if (this.#beforeEvent.has(key)) return this.#beforeEvent.get(key)
    return this.#now.get(key)
  }

  /** All records as they stand on disk. */
  *allCommitted(): IterableIterator<readonly [K, R]> {
    for (const key of this.#now.keys()) {
      const record = this.committed(key)
      if (record !== undefined) yield [key, record]
    }
    for (const key of new Set([...this.#beforeBatch.keys(), ...this.#beforeEvent.keys()])) {
      const record = this.#now.has(key) ? undefined : this.committed(key)
      if (record !== undefined) yield [key, record]
    }
  }

  drop(): void {
    this.#restore(this.#beforeEvent)
  }

  keep(): void {
    if (this.#beforeEvent.size === 0) return
    for (const [key, before] of this.#beforeEvent) if (!this.#beforeBatch.has(key)) this.#beforeBatch.set(key, before)
    this.#beforeEvent.clear()
  }

  dropBatch(): void {
    this.drop()
    this.#restore(this.#beforeBatch)
  }

  get isChanged(): boolean {
    return this.#beforeBatch.size > 0
  }

  writes(): readonly Write[] {
    const writes: Write[] = []
    for (const [key, before] of this.#beforeBatch) {
      const after = this.#now.get(key)
      if (before !== after) writes.push(...this.kind.writes(before, after))
    }
    return writes
  }

  applied(): void {
    this.#beforeBatch.clear()
  }

  #restore(records: Map<K, R | undefined>): void {
    for (const [key, record] of records) this.#replace(key, record)
    records.clear()
  }

  #replace(key: K, record: R | undefined): void {
    const before = this.#now.get(key)
    const namesBefore = before === undefined ? [] : this.#index(before)
    const namesAfter = record === undefined ? [] : this.#index(record)
    if (record === undefined) this.#now.delete(key)
    else this.#now.set(key, record)
    for (const name of namesBefore) if (!namesAfter.includes(name)) this.#unname(name, key)
    for (const name of namesAfter) if (!namesBefore.includes(name)) this.#name(name, key)
  }

  #name(name: string, key: K): void {
    const keys = this.#names.get(name)
    if (keys === undefined) this.#names.set(name, new Set([key]))
    else keys.add(key)
  }

  #unname(name: string, key: K): void {
    const keys = this.#names.get(name)
    keys?.delete(key)
    if (keys?.size === 0) this.#names.delete(name)
  }
}
