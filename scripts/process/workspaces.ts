import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's folder. */
export const root = join(import.meta.dirname, '../..')

/** What a package.json tells, as far as the scripts here look. */
interface Manifest {
  readonly name: string
  readonly workspaces?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
}

/** A package of this repository. */
export interface Workspace {
  readonly name: string
  /** Relative to the root, with forward slashes. */
  readonly folder: string
}

/** The package.json of a folder that is given relative to the root. */
function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

/** Every workspace, in the order of the root's package.json. */
export function listWorkspaces(): Workspace[] {
  return (readManifest('.').workspaces ?? [])
    .flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted())
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ name: readManifest(folder).name, folder }))
}

/** Whether the package in that folder has a script of that name. */
export function hasScript(folder: string, name: string): boolean {
  return readManifest(folder).scripts?.[name] !== undefined
}
