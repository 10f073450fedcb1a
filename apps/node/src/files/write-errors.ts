import { NodeError, problemOf } from '../errors.ts'

/** What the system says where a disk, or the user's share of it, is full. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** A code of the operating system, such as `ENOSPC`; undefined for any other error. */
export function systemCode(thrown: unknown): string | undefined {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}

/** Names why a file could not be written. */
export function writeError(path: string, thrown: unknown): NodeError<'DISK_FULL' | 'FILE_UNWRITABLE'> {
  if (FULL.has(systemCode(thrown))) return new NodeError('DISK_FULL', { path }, thrown)
  return new NodeError('FILE_UNWRITABLE', { path, problem: problemOf(thrown) }, thrown)
}
