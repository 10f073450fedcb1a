import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { CreateError } from './errors.ts'
import type { Example } from './examples.ts'

/** An app that was made. */
export interface CreatedApp {
  readonly example: string
  /** Absolute. */
  readonly folder: string
  /** As its package.json calls it. */
  readonly name: string
}

/** What a build or an install leaves in an example's folder. */
const LEFT_OUT = new Set(['node_modules', 'package-lock.json', 'dist'])

/** A name that npm takes, as near to the folder's as can be. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return name === '' || name === 'node_modules' ? 'sluice-app' : name
}

/** A new folder, or one that holds nothing but what a repository begins with. */
function takeFolder(path: string): void {
  let held: readonly string[]
  try {
    mkdirSync(path, { recursive: true })
    held = readdirSync(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw new CreateError('FOLDER_NOT_EMPTY', { path }, thrown)
    throw thrown
  }
  if (held.some((name) => name !== '.git')) throw new CreateError('FOLDER_NOT_EMPTY', { path })
}

function writeManifest(folder: string, name: string): void {
  const path = join(folder, 'package.json')
  const { license: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, `${JSON.stringify({ ...manifest, name, version: '0.0.0' }, null, 2)}\n`)
}

/**
 * Copies an example into a folder, as an app in the folder's name.
 *
 * @param path - Of the folder; it is made if it is not there.
 * @throws CreateError `FOLDER_NOT_EMPTY` (nothing is written then), `FOLDER_UNWRITABLE`.
 */
export function createApp(example: Example, path: string): CreatedApp {
  const folder = resolve(path)
  const name = packageName(folder)
  try {
    takeFolder(folder)
    for (const entry of readdirSync(example.folder).filter((entry) => !LEFT_OUT.has(entry))) {
      cpSync(join(example.folder, entry), join(folder, entry), { recursive: true })
    }
    writeManifest(folder, name)
    // Packages of npm can't carry a file of this name.
    writeFileSync(join(folder, '.gitignore'), 'node_modules/\n')
  } catch (thrown) {
    if (thrown instanceof CreateError) throw thrown
    const problem = thrown instanceof Error ? thrown.message : String(thrown)
    throw new CreateError('FOLDER_UNWRITABLE', { path: folder, problem }, thrown)
  }
  return { example: example.name, folder, name }
}
