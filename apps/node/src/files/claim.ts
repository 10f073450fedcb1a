import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { NodeError } from '../errors.ts'
import { systemCode, writeError } from './write-errors.ts'

/** The claims of this process: one that names its number and is none of these was left by another that had it. */
const held = new Set<string>()

/** Whether the process that a claim names still has it. */
function isHeld(path: string, pid: number): boolean {
  if (pid === process.pid) return held.has(path)
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return systemCode(thrown) === 'EPERM'
  }
}

function claimant(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** A claim that names nobody is being written by its process, or was left so by a crash. Milliseconds until it is the latter. */
const WRITTEN_WITHIN = 60_000

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > WRITTEN_WITHIN
}

/**
 * Keeps every other process, and every other use in this one, out of something until the claim is given back. A claim whose process is gone counts
 * for nothing.
 *
 * @param path File that holds the number of the process that has it.
 * @param claimed What is claimed, as errors name it.
 * @param refuse The error where somebody has it: the number of that process, or `another` while it is not known.
 * @returns What gives it back.
 * @throws What `refuse` makes; NodeError FILE_UNWRITABLE, DISK_FULL
 */
export function claimFile(
  path: string,
  claimed: string,
  refuse: (process: number | 'another', cause?: unknown) => NodeError,
): () => void {
  const owner = claimant(path)
  if (owner !== undefined && isHeld(path, owner)) throw refuse(owner)
  if (owner !== undefined || isOld(path)) rmSync(path, { force: true })
  try {
    writeFileSync(path, `${process.pid}`, { flag: 'wx' })
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') throw refuse(claimant(path) ?? 'another', thrown)
    rmSync(path, { force: true })
    throw writeError(claimed, thrown)
  }
  held.add(path)
  return () => {
    held.delete(path)
    rmSync(path, { force: true })
  }
}
