import type { Id } from '../primitives/hex.ts'

/** One entry to put on disk, or to remove (undefined). */
export interface DiskEntry {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** How records of one kind lie on disk: one record may be many entries, so that a change costs what changed. */
export interface RecordKind<R> {
  /** All keys of this kind begin with it; no other kind's do. */
  readonly prefix: string
  /** What turns one version of a record into the next. Empty if nothing that is kept on disk changed. */
  writes(before: R | undefined, after: R | undefined): readonly DiskEntry[]
  /** Begins to read the records of this kind. */
  reader(): RecordReader<R>
}

/** Reads the records of one kind, entry by entry as they come from disk, so that no entry is kept longer than it takes to read it. */
export interface RecordReader<R> {
  /** @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`. */
  take(key: string, value: Uint8Array): void
  /** All records, by id, once every entry was taken. @throws ProtocolError `RECORD_MALFORMED`. */
  records(): Iterable<readonly [Id, R]>
}

/**
 * The records of some entries, by id.
 *
 * @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
 */
export function readRecords<R>(
  kind: RecordKind<R>,
  entries: Iterable<readonly [key: string, value: Uint8Array]>,
): ReadonlyMap<Id, R> {
  const reader = kind.reader()
  for (const [key, value] of entries) reader.take(key, value)
  return new Map(reader.records())
}
