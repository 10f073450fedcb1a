import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the whole repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A file that a script writes whole. */
export interface Generated {
  /** From the repository's folder. */
  readonly path: string
  readonly text: string
}

function isStale({ path, text }: Generated): boolean {
  const file = join(root, path)
  return !existsSync(file) || readFileSync(file, 'utf8') !== text
}

function write({ path, text }: Generated): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** Writes the files; with `--check` on the command line only tells which are stale, and fails if any is. */
export function publish(files: readonly Generated[], script: string): void {
  const stale = files.filter(isStale)
  if (!process.argv.includes('--check')) {
    for (const file of stale) write(file)
    return
  }
  for (const { path } of stale) console.log(`${path} is stale: run node ${script}`)
  if (stale.length > 0) process.exitCode = 1
}
