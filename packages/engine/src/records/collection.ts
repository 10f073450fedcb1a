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

/** The records of one kind: those committed, above them what the batch changed, above these what the running event changed. */
export class Collection<K extends string, R> implements Table<K, R>, Participant {
  readonly kind: RecordKind<R>
  readonly #index: (record: R) => readonly string[]
  readonly #onChange: (key: K) => void
  readonly #committed = new Map<K, R>()
  readonly #names = new Map<string, Set<K>>()
  readonly #batch = new Map<K, R | undefined>()
  readonly #event = new Map<K, R | undefined>()

  /**
   * @param onChange Hears of each key that an event changes, at once.
   * @param index Names under which a record can be looked up, besides its key.
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

  /** Fills it from disk, before the loop starts. */
  load(entries: readonly (readonly [string, Uint8Array])[]): void {
    for (const [key, record] of this.kind.load(entries)) this.#put(key as K, record)
  }

  get size(): number {
    return this.#committed.size
  }

  get(key: K): R | undefined {
    if (this.#event.has(key)) return this.#event.get(key)
    if (this.#batch.has(key)) return this.#batch.get(key)
    return this.#committed.get(key)
  }

  set(key: K, record: R | undefined): void {
    if (this.get(key) === record) return
    this.#event.set(key, record)
    this.#onChange(key)
  }

  *entries(): IterableIterator<readonly [K, R]> {
    for (const [key, committed] of this.#committed) {
      const record = this.#event.has(key) || this.#batch.has(key) ? this.get(key) : committed
      if (record !== undefined) yield [key, record]
    }
    for (const key of new Set([...this.#batch.keys(), ...this.#event.keys()])) {
      const record = this.#committed.has(key) ? undefined : this.get(key)
      if (record !== undefined) yield [key, record]
    }
  }

  /** The keys of records that the index lists under the name. */
  *named(name: string): IterableIterator<K> {
    const isNamed = (key: K) => {
      const record = this.get(key)
      return record !== undefined && this.#index(record).includes(name)
    }
    const known = this.#names.get(name) ?? new Set<K>()
    for (const key of known) if (isNamed(key)) yield key
    for (const key of new Set([...this.#batch.keys(), ...this.#event.keys()])) {
      if (!known.has(key) && isNamed(key)) yield key
    }
  }

  /** A record as it stands on disk, whatever a batch under way does. */
  committed(key: K): R | undefined {
    return this.#committed.get(key)
  }

  /** All records as they stand on disk. */
  allCommitted(): IterableIterator<[K, R]> {
    return this.#committed.entries()
  }

  drop(): void {
    this.#event.clear()
  }

  keep(): void {
    for (const [key, record] of this.#event) this.#batch.set(key, record)
    this.#event.clear()
  }

  dropBatch(): void {
    this.#event.clear()
    this.#batch.clear()
  }

  get isChanged(): boolean {
    return this.#batch.size > 0
  }

  writes(): readonly Write[] {
    const writes: Write[] = []
    for (const [key, after] of this.#batch) {
      const before = this.#committed.get(key)
      if (before !== after) writes.push(...this.kind.writes(before, after))
    }
    return writes
  }

  applied(): void {
    for (const [key, record] of this.#batch) this.#put(key, record)
    this.#batch.clear()
  }

  #put(key: K, record: R | undefined): void {
    const before = this.#committed.get(key)
    if (before !== undefined) for (const name of this.#index(before)) this.#unname(name, key)
    if (record === undefined) {
      this.#committed.delete(key)
      return
    }
    this.#committed.set(key, record)
    for (const name of this.#index(record)) {
      const keys = this.#names.get(name) ?? new Set<K>()
      this.#names.set(name, keys.add(key))
    }
  }

  #unname(name: string, key: K): void {
    const keys = this.#names.get(name)
    keys?.delete(key)
    if (keys?.size === 0) this.#names.delete(name)
  }
}
