import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@sluice/engine'
import { StoreError } from './errors.ts'
import { openError } from './sqlite-errors.ts'

/** How often a copy is tried while another process moves its log into the file. */
const TRIES = 20

/** What changes when the file itself is written; its log alone grows meanwhile. */
function stampOf(path: string): string {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}

/**
 * Copies the file and then its log. Whatever the log got in between is whole commits and perhaps the beginning of one, which SQLite leaves
 * out; only if the file was written meanwhile do the two not fit.
 */
function copyWhole(path: string, copy: string): void {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const before = stampOf(path)
    copyFileSync(path, copy)
    rmSync(`${copy}-wal`, { force: true })
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
    if (stampOf(path) === before) return
  }
  throw new StoreError('STORE_BUSY', { path })
}

/**
 * A copy of a store as it is now, also while another process has it: for those who only look. Nothing of the store is touched and nobody is
 * kept out; the copy is gone once it is closed.
 *
 * @param open Opens the copy; what goes wrong is told of the file that was copied.
 * @throws StoreError As opening does, and `STORE_BUSY`.
 */
export function openCopy(path: string, open: (copy: string) => Store): Store {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'store.db')
    copyWhole(path, copy)
    const store = open(copy)
    return {
      load: () => store.load(),
      commit: async () => {
        throw new StoreError('STORE_CLOSED', { path })
      },
      close: async () => {
        await store.close()
        remove()
      },
    }
  } catch (cause) {
    remove()
    throw openError(path, cause)
  }
}
