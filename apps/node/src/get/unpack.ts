import { accessSync, constants, createReadStream, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { EntityBytes } from '@sluice/retrieval'
import { unpackCar } from '@sluice/retrieval/node'
import { NodeError, problemOf } from '../errors.ts'
import { systemCode, writeError } from '../files/write-errors.ts'
import { checkFree, checkNewFile } from './output-files.ts'

/** Whether two files hold the same bytes. */
async function areEqual(one: string, other: string): Promise<boolean> {
  if (statSync(one).size !== statSync(other).size) return false
  const others = createReadStream(other)[Symbol.asyncIterator]()
  // Both are read by the same steps, so the pieces of equal files are equal.
  for await (const piece of createReadStream(one)) {
    const { value } = await others.next()
    if (!(value instanceof Uint8Array) || Buffer.compare(piece, value) !== 0) return false
  }
  return true
}

/** Whether two files, or two directories with all that is in them, are the same. */
async function areEqualTrees(one: string, other: string): Promise<boolean> {
  const [isFolder, isOtherFolder] = [statSync(one).isDirectory(), statSync(other).isDirectory()]
  if (isFolder !== isOtherFolder) return false
  if (!isFolder) return areEqual(one, other)
  const names = readdirSync(one).sort()
  if (names.join('/') !== readdirSync(other).sort().join('/')) return false
  for (const name of names) if (!(await areEqualTrees(join(one, name), join(other, name)))) return false
  return true
}

/** @throws NodeError FILE_UNREADABLE */
function checkReadable(car: string): void {
  try {
    accessSync(car, constants.R_OK)
    if (statSync(car).isFile()) return
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path: car, problem: problemOf(thrown) }, thrown)
  }
  throw new NodeError('FILE_UNREADABLE', { path: car, problem: 'it is no file' })
}

/**
 * Unpacks the file or the directory that a CAR holds, or some bytes of a file. Never writes over anything: what is there has to be the same.
 *
 * @throws NodeError FILE_UNREADABLE, OUTPUT_EXISTS, FILE_UNWRITABLE, DISK_FULL; RetrievalError for what the CAR holds
 */
export async function unpackInto(
  car: string,
  path: string,
  bytes?: EntityBytes,
): Promise<{ readonly path: string; readonly bytes: number }> {
  checkReadable(car)
  const isThere = existsSync(path)
  if (!isThere) checkNewFile(path)
  const made = `${path}.unpacked-${process.pid}`
  try {
    const unpacked = await unpackCar(car, made, bytes === undefined ? {} : { bytes }).catch((thrown: unknown) => {
      throw systemCode(thrown) === undefined ? thrown : writeError(path, thrown)
    })
    if (isThere && !(await areEqualTrees(made, path))) throw new NodeError('OUTPUT_EXISTS', { path })
    if (!isThere) {
      checkFree(path)
      renameSync(made, path)
    }
    return { path, bytes: unpacked.bytes }
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}
