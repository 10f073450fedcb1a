import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hasScript, root } from '../process/workspaces.ts'
import { type Check, commandCheck } from './check.ts'
import { commandsCheck } from './commands.ts'
import { directionCheck } from './directions.ts'
import { habitCheck } from './habits.ts'
import { linkCheck } from './links.ts'

/** Every check of this repository. Those of what is generated are there once their generator is. */
export function allChecks(): Check[] {
  const vectors = 'packages/protocol/scripts/vectors.ts'
  return [
    commandCheck('types', ['tsc', '-p', 'tsconfig.json', '--noEmit']),
    commandCheck('types of the pure package', ['tsc', '-p', 'packages/protocol/tsconfig.json', '--noEmit']),
    commandCheck('lint, format, import cycles', [
      'biome',
      'ci',
      '--error-on-warnings',
      '--colors=off',
      '--max-diagnostics=40',
      '.',
    ]),
    commandCheck('unused code and dependencies', ['knip', '--no-progress', '--no-config-hints']),
    directionCheck,
    habitCheck,
    linkCheck,
    commandsCheck,
    ...(hasScript('contracts', 'check')
      ? [commandCheck('contracts: abi, gas, format', ['npm', 'run', '--silent', 'check', '-w', 'contracts'])]
      : []),
    ...(existsSync(join(root, vectors)) ? [commandCheck('vectors up to date', ['node', vectors, '--check'])] : []),
  ]
}
