import { StoreError } from './errors.ts'
import { describeOwner } from './owner.ts'

// SQLite's primary result codes; the upper bytes of `errcode` refine them.
const BUSY = 5
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

function primaryCode(cause: unknown): number | undefined {
  const code = cause instanceof Error ? Reflect.get(cause, 'errcode') : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What went wrong while the store was opened or read. */
export function openError(path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  if (cause instanceof Error && Reflect.get(cause, 'code') === 'ENOSPC')
    return new StoreError('STORE_FULL', { path }, cause)
  switch (primaryCode(cause)) {
    case BUSY:
      return new StoreError('STORE_IN_USE', { path, owner: describeOwner(path) }, cause)
    case CORRUPT:
    case NOT_A_DATABASE:
      return new StoreError('STORE_CORRUPT', { path, reason: reasonOf(cause) }, cause)
    case FULL:
      return new StoreError('STORE_FULL', { path }, cause)
    default:
      return new StoreError('STORE_UNREACHABLE', { path, reason: reasonOf(cause) }, cause)
  }
}

/** What went wrong while a commit was written. */
export function commitError(path: string, cause: unknown): StoreError {
  switch (primaryCode(cause)) {
    case FULL:
      return new StoreError('STORE_FULL', { path }, cause)
    case CORRUPT:
    case NOT_A_DATABASE:
      return new StoreError('STORE_CORRUPT', { path, reason: reasonOf(cause) }, cause)
    default:
      return new StoreError('STORE_WRITE_FAILED', { path, reason: reasonOf(cause) }, cause)
  }
}
