import { accessSync, constants, createReadStream, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { unpackCar } from '@sluice/retrieval/node'
import { NodeError, problemOf } from '../errors.ts'
import { checkFree, checkNewFile } from './output-files.ts'
import { systemCode, writeError } from './write-errors.ts'

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
 * Unpacks the file that a CAR holds. Never writes over a file: one that is there has to be the same.
 *
 * @throws NodeError FILE_UNREADABLE, OUTPUT_EXISTS, FILE_UNWRITABLE, DISK_FULL; RetrievalError for what the CAR holds
 */
export async function unpackInto(
  car: string,
  path: string,
): Promise<{ readonly path: string; readonly bytes: number }> {
  checkReadable(car)
  const isThere = existsSync(path)
  if (!isThere) checkNewFile(path)
  const made = `${path}.unpacked-${process.pid}`
  try {
    const { bytes } = await unpackCar(car, made).catch((thrown: unknown) => {
      throw systemCode(thrown) === undefined ? thrown : writeError(path, thrown)
    })
    if (isThere && !(await areEqual(made, path))) throw new NodeError('OUTPUT_EXISTS', { path })
    if (!isThere) {
      checkFree(path)
      renameSync(made, path)
    }
    return { path, bytes }
  } finally {
    rmSync(made, { force: true })
  }
}
