import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file beside its place and moves it there once it is whole and on the disk. */
export async function writeWhole<T>(path: string, write: (target: FileHandle) => Promise<T>): Promise<T> {
  const temporary = `${path}.part-${process.pid}`
  const target = await open(temporary, 'w')
  try {
    const result = await write(target)
    await target.sync()
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return result
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await target.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
