import { rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import { sectionPrefix } from '../../car/car-format.ts'
import type { CarEntry } from '../car-reader.ts'
import type { FileVersion } from '../open-files.ts'
import type { Place } from '../plans/car-plan.ts'

/** What is known of a file that was read to its end, or given up. */
export interface IndexedFile {
  readonly id: number
  readonly name: string
  readonly stamp: string
  readonly blocks: number
  /** Blocks whose hash is not known: they are not served. */
  readonly unknown: number
  /** Bytes of the sections. */
  readonly bytes: number
  /** Bytes of the longest section. */
  readonly step: number
  readonly roots: readonly string[]
  /** Why it is left out. */
  readonly problem?: string
}

/** Names the layout below: an index of another one is made anew. */
const LAYOUT = 1
const SCHEMA = `
  CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, stamp TEXT NOT NULL, facts TEXT);
  CREATE TABLE blocks (
    digest BLOB NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL, head INTEGER NOT NULL, size INTEGER NOT NULL, codec INTEGER NOT NULL,
    PRIMARY KEY (digest, file)
  ) WITHOUT ROWID;
  CREATE TABLE made (by TEXT NOT NULL);
`
/** In the place of a codec: the CID has version 0. */
const VERSION_0 = -1
/** Blocks looked at in one go when those of a file are removed: the process has other work in between. */
const SLICE = 20_000

interface BlockRow {
  readonly file: number
  readonly offset: number
  readonly head: number
  readonly size: number
  readonly codec: number
}

/**
 * Where the blocks of a folder's files lie, by their multihashes, in a SQLite database: a start need not read the files, and memory does not grow with them.
 * The index says nothing that the files do not: where it is lost or cannot be read, it is made anew.
 */
export class BlockIndex {
  readonly #db: DatabaseSync
  readonly #find: StatementSync
  readonly #insert: StatementSync
  /** The files whose blocks may be served. */
  readonly #live = new Map<number, FileVersion>()

  private constructor(db: DatabaseSync) {
    this.#db = db
    this.#find = db.prepare('SELECT file, offset, head, size, codec FROM blocks WHERE digest = ?')
    this.#insert = db.prepare('INSERT OR IGNORE INTO blocks VALUES (?, ?, ?, ?, ?, ?)')
  }

  /** `path`: undefined for one in memory. `madeBy`: how files are read; an index that was made in another way is made anew. */
  static open(path: string | undefined, madeBy: string): BlockIndex {
    if (path === undefined) return new BlockIndex(create(':memory:', madeBy))
    try {
      return new BlockIndex(reopen(path, madeBy))
    } catch {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      return new BlockIndex(create(path, madeBy))
    }
  }

  /** The files that were read before. */
  files(): readonly IndexedFile[] {
    const rows = this.#db.prepare('SELECT id, name, stamp, facts FROM files WHERE facts IS NOT NULL').all()
    return rows.map(({ id, name, stamp, facts }) => ({ ...JSON.parse(String(facts)), id, name, stamp }) as IndexedFile)
  }

  /** The files that were being read when the process ended. */
  unfinished(): readonly number[] {
    return this.#db
      .prepare('SELECT id FROM files WHERE facts IS NULL')
      .all()
      .map(({ id }) => Number(id))
  }

  /** Begins with a file. */
  begin(name: string, stamp: string): number {
    const { lastInsertRowid } = this.#db.prepare('INSERT INTO files (name, stamp) VALUES (?, ?)').run(name, stamp)
    return Number(lastInsertRowid)
  }

  /** Adds blocks of a file. */
  add(id: number, entries: readonly CarEntry[]): void {
    this.#db.exec('BEGIN')
    for (const { cid, offset, length, size } of entries) {
      const codec = cid.version === 0 ? VERSION_0 : cid.code
      this.#insert.run(cid.multihash.bytes, id, offset, length - size, size, codec)
    }
    this.#db.exec('COMMIT')
  }

  /** Ends with a file. */
  finish({ id, name: _name, stamp: _stamp, ...facts }: IndexedFile): void {
    this.#db.prepare('UPDATE files SET facts = ? WHERE id = ?').run(JSON.stringify(facts), id)
  }

  /** Lets the blocks of a file be found. */
  show(id: number, file: FileVersion): void {
    this.#live.set(id, file)
  }

  /** Where a block lies, whatever version and codec its CID has there. */
  find(cid: CID): Place | undefined {
    const { bytes } = cid.multihash
    const first = this.#find.get(bytes) as BlockRow | undefined
    if (first === undefined) return undefined
    const row = this.#live.has(first.file) ? first : this.#findLive(bytes)
    const file = row && this.#live.get(row.file)
    if (row === undefined || file === undefined) return undefined
    const { offset, head, size, codec } = row
    const isSame = codec === (cid.version === 0 ? VERSION_0 : cid.code) && head === sectionPrefix(cid, size).length
    return { file, offset, head, size, isSame }
  }

  #findLive(bytes: Uint8Array): BlockRow | undefined {
    const row = this.#find.all(bytes).find(({ file }) => this.#live.has(Number(file)))
    return row as BlockRow | undefined
  }

  /** Forgets a file: at once for whoever looks for blocks. */
  async remove(id: number): Promise<void> {
    this.#live.delete(id)
    const after = this.#db.prepare(`SELECT digest FROM blocks WHERE digest > ? ORDER BY digest LIMIT 1 OFFSET ${SLICE}`)
    const slice = this.#db.prepare('DELETE FROM blocks WHERE file = ? AND digest > ? AND digest <= ?')
    const rest = this.#db.prepare('DELETE FROM blocks WHERE file = ? AND digest > ?')
    let from: Uint8Array = new Uint8Array(0)
    for (;;) {
      const to = after.get(from)?.digest
      if (!(to instanceof Uint8Array)) break
      slice.run(id, from, to)
      from = to
      await setImmediate()
    }
    rest.run(id, from)
    this.#db.prepare('DELETE FROM files WHERE id = ?').run(id)
  }

  close(): void {
    this.#db.close()
  }
}

function create(path: string, madeBy: string): DatabaseSync {
  const db = open(path)
  db.exec(SCHEMA)
  db.prepare('INSERT INTO made VALUES (?)').run(madeBy)
  db.exec(`PRAGMA user_version = ${LAYOUT}`)
  return db
}

function reopen(path: string, madeBy: string): DatabaseSync {
  const db = open(path)
  try {
    const layout = db.prepare('PRAGMA user_version').get()?.user_version
    const by = layout === LAYOUT ? db.prepare('SELECT by FROM made').get()?.by : undefined
    if (by !== madeBy) throw new Error('it is another index')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** What is lost in a power failure is read again: nothing waits for the disk. */
function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384',
    )
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
