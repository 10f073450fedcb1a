import { chmodSync, renameSync, writeFileSync } from 'node:fs'
import { NodeError, problemOf } from '../errors.ts'

/**
 * Writes a file that only its owner reads, whole or not at all.
 *
 * @throws NodeError FILE_UNWRITABLE
 */
export function writePrivate(path: string, bytes: Uint8Array): void {
  const part = `${path}.${process.pid}`
  try {
    writeFileSync(part, bytes, { mode: 0o600, flush: true })
    chmodSync(part, 0o600)
    renameSync(part, path)
  } catch (thrown) {
    throw new NodeError('FILE_UNWRITABLE', { path, problem: problemOf(thrown) }, thrown)
  }
}
