import { readFileSync, rmSync, writeFileSync } from 'node:fs'

// A note beside the store, for people: the lock itself is SQLite's, which the system frees when its holder dies.
const noteOf = (path: string): string => `${path}.owner`

/** Notes that this process holds the store. */
export function noteOwner(path: string): void {
  writeFileSync(noteOf(path), `process ${process.pid} since ${new Date().toISOString()}\n`, { mode: 0o600 })
}

/** Takes the note away. */
export function forgetOwner(path: string): void {
  rmSync(noteOf(path), { force: true })
}

/** Who holds the store, as far as is known. */
export function describeOwner(path: string): string {
  try {
    return readFileSync(noteOf(path), 'utf8').slice(0, 200).trim() || 'another process'
  } catch {
    return 'another process'
  }
}

/** The process that says it has the store, if it still runs. */
export function holderOf(path: string): number | undefined {
  const pid = Number(/^process (\d+) /.exec(describeOwner(path))?.[1])
  if (!Number.isSafeInteger(pid)) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (cause) {
    return cause instanceof Error && Reflect.get(cause, 'code') === 'EPERM' ? pid : undefined
  }
}
