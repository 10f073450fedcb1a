import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from './errors.ts'

/** An example that an app can start from. */
export interface Example {
  readonly name: string
  /** In a sentence, what it is. */
  readonly description: string
  /** Absolute. */
  readonly folder: string
}

/** Beside the modules in the published package; in the repository, the folder that it is taken from. */
function examplesFolder(): string {
  const carried = fileURLToPath(new URL('../examples', import.meta.url))
  return existsSync(carried) ? carried : fileURLToPath(new URL('../../../examples', import.meta.url))
}

/** Every example, by name. */
export function listExamples(root = examplesFolder()): readonly Example[] {
  return readdirSync(root)
    .toSorted()
    .filter((name) => existsSync(join(root, name, 'package.json')))
    .map((name) => {
      const folder = join(root, name)
      const { description } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return { name, description, folder }
    })
}

/**
 * The example of that name.
 *
 * @throws CreateError `EXAMPLE_MISSING` without a name, `EXAMPLE_UNKNOWN`.
 */
export function findExample(name: string | undefined): Example {
  const examples = listExamples()
  const names = examples.map((example) => example.name).join(', ')
  if (name === undefined) throw new CreateError('EXAMPLE_MISSING', { names })
  const found = examples.find((example) => example.name === name)
  if (found === undefined) throw new CreateError('EXAMPLE_UNKNOWN', { name, names })
  return found
}
