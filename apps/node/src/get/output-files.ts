import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { NodeError } from '../errors.ts'
import { claimFile } from '../files/claim.ts'
import { writeError } from '../files/write-errors.ts'

/** Where a download goes. */
export interface OutputFiles {
  /** The CAR; it appears there only when it is whole. */
  readonly out: string
  /** Where the file that the CAR holds is unpacked to. */
  readonly unpack: string | undefined
}

/** Where a CAR is written until it is whole. */
export const partOf = (out: string): string => `${out}.part`

const claimOf = (out: string) => `${out}.part.lock`

/** Refuses to write over a file that is there. @throws NodeError OUTPUT_EXISTS */
export function checkFree(path: string): void {
  if (existsSync(path)) throw new NodeError('OUTPUT_EXISTS', { path })
}

/** Refuses a place that can not be written to, before anything is paid. @throws NodeError FILE_UNWRITABLE, OUTPUT_EXISTS */
export function checkNewFile(path: string): void {
  checkFree(path)
  const probe = `${path}.probe-${process.pid}`
  try {
    writeFileSync(probe, '', { flag: 'wx' })
    rmSync(probe)
  } catch (thrown) {
    throw writeError(path, thrown)
  }
}

/**
 * Refuses what can not be unpacked to, before anything is paid.
 *
 * @throws NodeError OUTPUT_EXISTS, FILE_UNWRITABLE, VALUE_INVALID
 */
export function checkUnpack({ out, unpack }: OutputFiles): void {
  if (unpack === undefined) return
  if (resolve(unpack) === resolve(out)) {
    throw new NodeError('VALUE_INVALID', { name: '--unpack', value: unpack, expected: 'another file than the CAR' })
  }
  checkNewFile(unpack)
}

/**
 * Keeps every other download out of the same file until the claim is given back.
 *
 * @returns What gives it back.
 * @throws NodeError OUTPUT_IN_USE, FILE_UNWRITABLE, DISK_FULL
 */
export function claimOutput(out: string): () => void {
  return claimFile(claimOf(out), out, (process, cause) => new NodeError('OUTPUT_IN_USE', { path: out, process }, cause))
}

/**
 * Refuses a download that the disk has no room for. `length`: bytes of the whole CAR; `verified`: of these, what is there already.
 *
 * @throws NodeError SPACE_TOO_LITTLE
 */
export function checkSpace({ out, unpack }: OutputFiles, length: number, verified: number): void {
  const folder = dirname(resolve(out))
  const needed = new Map([[statSync(folder).dev, { folder, bytes: length - verified }]])
  if (unpack !== undefined) {
    const target = dirname(resolve(unpack))
    const { dev } = statSync(target)
    needed.set(dev, { folder: target, bytes: (needed.get(dev)?.bytes ?? 0) + length })
  }
  for (const { folder: path, bytes } of needed.values()) {
    const { bavail, bsize } = statfsSync(path)
    const free = bavail * bsize
    if (free < bytes) throw new NodeError('SPACE_TOO_LITTLE', { path, needed: bytes, free })
  }
}
