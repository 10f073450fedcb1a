import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process/workspaces.ts'

/** An example of this repository. */
export interface Example {
  /** Its folder's name. */
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly description: string
  /** The command behind `npm start`. */
  readonly start: readonly string[]
}

/** What every example's package.json has; a check looks. */
interface Manifest {
  readonly description: string
  readonly scripts: { readonly start: string }
}

/** Every example: each folder of `examples` with a package.json. */
export function listExamples(): Example[] {
  const examples = join(root, 'examples')
  return readdirSync(examples)
    .toSorted()
    .map((name) => ({ name, folder: join(examples, name) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map(({ name, folder }) => {
      const { description, scripts }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return { name, folder, description, start: scripts.start.split(' ') }
    })
}
