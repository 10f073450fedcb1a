import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly 'scripts-info': Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '../..')

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

/** The shell line behind a command of `./run`, undefined when there is none of that name. */
export function findCommand(name: string): string | undefined {
  const { scripts } = manifest()
  return Object.hasOwn(scripts, name) ? scripts[name] : undefined
}

/** The commands of `./run`, one a line with what it does, as `package.json` names them. */
export function listCommands(): string {
  const { scripts, 'scripts-info': info } = manifest()
  const names = Object.keys(scripts)
  const width = Math.max(...names.map((name) => name.length))
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${info[name] ?? ''}`.trimEnd())
  return ['usage: ./run <command> [arguments]', '', ...lines].join('\n')
}
