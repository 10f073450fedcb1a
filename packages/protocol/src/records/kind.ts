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
  /**
   * All records of this kind, by id.
   *
   * @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
   */
  load(entries: Iterable<readonly [key: string, value: Uint8Array]>): Map<Id, R>
}
