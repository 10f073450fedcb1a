import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process/workspaces.ts'

/** A file of the repository: its path from the root, with forward slashes, and its text. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** Every file that git knows or would take, ignored ones left out, whose path matches. */
export function readSources(pattern: RegExp): Source[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options)
  return listed
    .split('\0')
    .filter((path) => pattern.test(path) && isFile(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** The number, from 1, of the line that holds this offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Deleted files are still listed until that is committed; links to folders and nested repositories are listed too. */
function isFile(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true
}
