import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './errors.ts'

/** What the file system answers where it has no links, or none into this folder. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

const codeOf = (cause: unknown): unknown => (cause instanceof Error ? Reflect.get(cause, 'code') : undefined)

/** Gives a whole file its name, unless another process was first. */
function place(made: string, path: string): void {
  try {
    linkSync(made, path)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return
    if (!NO_LINKS.has(codeOf(cause))) throw cause
    copyFileSync(made, path, constants.COPYFILE_EXCL)
  }
}

/** Makes the name of a new file survive a power failure. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/**
 * Makes a store's file where there is none. It gets its name once it is whole, so a file without content, or a log without its file, is
 * never a new store: somebody lost data.
 *
 * @param schema What makes an empty store of an empty database.
 * @param name The path that errors name.
 * @throws StoreError `STORE_CORRUPT`; what the file system or SQLite throw
 */
export function ensureStoreFile(path: string, schema: string, name: string): void {
  if (existsSync(path)) {
    if (statSync(path).isFile() && statSync(path).size === 0)
      throw new StoreError('STORE_CORRUPT', { path: name, reason: 'the file is empty' })
    return
  }
  const log = `${path}-wal`
  if (existsSync(log))
    throw new StoreError('STORE_CORRUPT', { path, reason: `the file is gone, and its log ${log} is left` })
  const made = `${path}.new-${process.pid}`
  try {
    rmSync(made, { force: true })
    closeSync(openSync(made, 'wx', 0o600))
    const database = new DatabaseSync(made)
    try {
      database.exec('PRAGMA synchronous = FULL')
      database.exec(schema)
    } finally {
      database.close()
    }
    place(made, path)
    syncFolder(path)
  } finally {
    rmSync(made, { force: true })
  }
}
