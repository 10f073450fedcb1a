import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Store, Write } from '@sluice/engine'
import { explainErrors } from '@sluice/protocol'
import { storeErrors } from './error-codes.ts'
import { StoreError } from './errors.ts'
import { ensureStoreFile } from './new-file.ts'
import { forgetOwner, noteOwner } from './owner.ts'
import { openCopy } from './snapshot.ts'
import { commitError, openError } from './sqlite-errors.ts'

export { storeErrors } from './error-codes.ts'
export { holderOf } from './owner.ts'

/** "Slui": marks the file as one of ours. */
const APPLICATION_ID = 0x536c7569
const VERSION = 1
const PAGE_BYTES = 4096
/** Records that are read at a time. */
const ROWS = 512

const SCHEMA = `
  BEGIN IMMEDIATE;
  CREATE TABLE records (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
  COMMIT;
`

export interface SqliteStoreOptions {
  /** The database file; made if missing, in a folder that exists. Two more files stand beside it. */
  readonly path: string
  /** Most bytes that the database may take; beyond it a commit fails with `STORE_FULL`. Default: what the disk has. */
  readonly maxBytes?: number
}

// The exclusive lock must be asked for before the journal mode: SQLite then needs no memory shared between processes.
function configure(database: DatabaseSync, options: SqliteStoreOptions): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  if (options.maxBytes !== undefined) {
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxBytes / PAGE_BYTES))}`)
  }
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function checkKind(database: DatabaseSync, path: string): void {
  if (pragma(database, 'application_id') !== APPLICATION_ID) throw new StoreError('STORE_FOREIGN', { path })
  const version = Number(pragma(database, 'user_version'))
  if (version !== VERSION) throw new StoreError('STORE_VERSION_UNKNOWN', { path, version, known: VERSION })
}

function checkPages(database: DatabaseSync, path: string): void {
  const reason = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
  if (reason !== 'ok') throw new StoreError('STORE_CORRUPT', { path, reason })
}

/** SQLite has no checksums of its own outside the log, and a flipped bit in an amount would go unseen. */
function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key))
}

class SqliteStore implements Store {
  readonly #path: string
  /** What errors call it. */
  readonly #name: string
  readonly #database: DatabaseSync
  readonly #upsert: StatementSync
  readonly #remove: StatementSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  #failure: StoreError | undefined
  /** Whether nothing of the commit that failed is on the disk. */
  #isUndone = false

  constructor(path: string, database: DatabaseSync, name: string) {
    this.#path = path
    this.#name = name
    this.#database = database
    this.#upsert = database.prepare(
      'INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum',
    )
    this.#remove = database.prepare('DELETE FROM records WHERE key = ?')
    this.#begin = database.prepare('BEGIN')
    this.#end = database.prepare('COMMIT')
  }

  async *load(): AsyncGenerator<readonly [key: string, value: Uint8Array]> {
    if (this.#failure !== undefined) throw this.#failure
    for (const [key, value, kept] of this.#rows()) {
      if (typeof key !== 'string' || !(value instanceof Uint8Array) || kept !== checksum(key, value)) {
        throw new StoreError('STORE_CORRUPT', { path: this.#name, reason: `the record ${key} fails its checksum` })
      }
      yield [key, value]
    }
  }

  *#rows(): Generator<readonly unknown[]> {
    try {
      // Some hundred at a time and as arrays: row by row costs twice as much.
      const statement = this.#database.prepare(
        `SELECT key, value, checksum FROM records WHERE key > ? ORDER BY key LIMIT ${ROWS}`,
      )
      statement.setReturnArrays(true)
      for (let last: unknown = ''; typeof last === 'string'; ) {
        const rows = statement.all(last) as unknown as readonly (readonly unknown[])[] // the types tell of objects alone
        yield* rows
        last = rows.at(ROWS - 1)?.[0]
      }
    } catch (cause) {
      throw openError(this.#name, cause)
    }
  }

  /**
   * Writes on the calling thread: a commit of one record takes some 150 us, nearly all of it the disk's.
   * After a failure the store is closed to writing until `recover`, or until it is opened anew: whether a failed commit
   * reached the disk is not always known without reading it back.
   */
  async commit(writes: readonly Write[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (writes.length === 0) return
    let isWritten = false
    try {
      this.#begin.run()
      for (const { key, value } of writes) {
        if (value === undefined) this.#remove.run(key)
        else this.#upsert.run(key, value, checksum(key, value))
      }
      isWritten = true
      this.#end.run()
    } catch (cause) {
      this.#failure = commitError(this.#name, cause)
      // Without space nothing was written; of another failure at the very end only reading it back would tell.
      this.#isUndone = !isWritten || this.#failure.code === 'STORE_FULL'
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw this.#failure
    }
  }

  /** Takes commits again after one of which nothing is left, as on a full or a read-only disk. Rejects after any other. */
  async recover(): Promise<void> {
    if (this.#failure !== undefined && !this.#isUndone) throw this.#failure
    this.#failure = undefined
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return
    this.#failure ??= new StoreError('STORE_CLOSED', { path: this.#name })
    this.#isUndone = false
    forgetOwner(this.#path)
    this.#database.close()
  }
}

/**
 * Opens the store and keeps every other process out until it is closed. Commits are durable when they resolve.
 *
 * @throws StoreError `STORE_IN_USE`, `STORE_UNREACHABLE`, `STORE_CORRUPT`, `STORE_FOREIGN`, `STORE_VERSION_UNKNOWN`, `STORE_FULL`.
 * @example `const store = openSqliteStore({ path: join(dataDir, 'store.sqlite') })`
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  explainErrors(storeErrors)
  return open(options, options.path)
}

/**
 * A store as it is now, to look at: also while another process has it, or where nothing may be written. Nothing can be committed to it.
 *
 * @returns undefined where there is no store.
 * @throws StoreError `STORE_CORRUPT`, `STORE_FOREIGN`, `STORE_VERSION_UNKNOWN`, `STORE_UNREACHABLE`, `STORE_BUSY`.
 * @example `const store = readSqliteStore(join(dataDir, 'store.sqlite'))`
 */
export function readSqliteStore(path: string): Store | undefined {
  explainErrors(storeErrors)
  if (!existsSync(path) && !existsSync(`${path}-wal`)) return undefined
  return openCopy(path, (copy) => open({ path: copy }, path))
}

/** `name`: the path that errors name. */
function open(options: SqliteStoreOptions, name: string): Store {
  const { path } = options
  let database: DatabaseSync | undefined
  try {
    ensureStoreFile(path, SCHEMA, name)
    database = new DatabaseSync(path)
    configure(database, options)
    checkKind(database, name)
    checkPages(database, name)
    noteOwner(path)
    return new SqliteStore(path, database, name)
  } catch (cause) {
    const error = openError(name, cause)
    if (database?.isOpen) database.close()
    throw error
  }
}
