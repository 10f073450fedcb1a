import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listWorkspaces, root } from '../process/workspaces.ts'
import type { Manifest } from './manifest.ts'

/** A package of this repository that is published. */
export interface PublishedPackage {
  readonly name: string
  /** Relative to the root. */
  readonly folder: string
  /** Its package.json in the repository, whose entries are sources. */
  readonly manifest: Manifest
  /** Absolute: where it is put together as it is published. */
  readonly built: string
}

/** Reads the package.json of a folder that is given relative to the root. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

/** The packages that are published: those whose package.json says from where. */
export function listPublished(): PublishedPackage[] {
  return listWorkspaces().flatMap(({ name, folder }) => {
    const manifest = readManifest(folder)
    const directory = manifest.publishConfig?.directory
    return directory === undefined ? [] : [{ name, folder, manifest, built: join(root, folder, directory) }]
  })
}
