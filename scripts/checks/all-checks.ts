import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hasScript, root } from '../process/workspaces.ts'
import { type Check, commandCheck } from './check.ts'
import { commandsCheck } from './commands.ts'
import { directionCheck } from './directions.ts'
import { linkCheck } from './documents/links.ts'
import { sampleCheck } from './documents/samples/check.ts'
import { spellingCheck } from './documents/spelling.ts'
import { translationCheck } from './documents/translation.ts'
import { exampleCheck } from './examples.ts'
import { habitCheck } from './habits.ts'
import { appChecks } from './packages/apps.ts'
import { bundleChecks } from './packages/bundles.ts'
import { commandChecks } from './packages/command.ts'
import { contentChecks } from './packages/contents.ts'
import { runtimeChecks } from './packages/runtimes.ts'
import { typeChecks } from './packages/types.ts'
import { roomCheck } from './rooms.ts'
import { sizeCheck } from './sizes.ts'

const lint = ['biome', 'ci', '--error-on-warnings', '--colors=off', '--max-diagnostics=40', '.']
const contracts = ['npm', 'run', '--silent', 'check', '-w', 'contracts']

/** Scripts that write files from the sources; with `--check` they write nothing and fail where a file is stale. */
const generators = {
  'golden vectors': 'packages/protocol/scripts/vectors.ts',
  'page of errors': 'packages/protocol/scripts/errors.ts',
  'page of states': 'packages/protocol/scripts/states.ts',
  'pages of commands': 'apps/node/scripts/docs.ts',
  'pages of contract calls': 'contracts/scripts/docs.ts',
}

const docChecks = [linkCheck, sampleCheck, spellingCheck, translationCheck]

/** Builds the site, and fails on dead links and on what a page would load from elsewhere. Some twenty seconds on two idle cores. */
const siteCheck = commandCheck('docs: site', ['node', '--disable-warning=ExperimentalWarning', 'site/src/main.ts'])

/** Every check of this repository. Those of what is generated are there once their generator is. */
export function allChecks(): Check[] {
  return [
    commandCheck('types', ['tsc', '-p', 'tsconfig.json', '--noEmit']),
    commandCheck('types of the pure package', ['tsc', '-p', 'packages/protocol/tsconfig.json', '--noEmit']),
    commandCheck('lint, format, import cycles', lint),
    commandCheck('unused code and dependencies', ['knip', '--no-progress', '--no-config-hints']),
    directionCheck,
    roomCheck,
    habitCheck,
    ...docChecks,
    commandsCheck,
    exampleCheck,
    sizeCheck,
    ...(hasScript('contracts', 'check') ? [commandCheck('contracts: abi, gas, format', contracts)] : []),
    ...Object.entries(generators)
      .filter(([, path]) => existsSync(join(root, path)))
      .map(([name, path]) => commandCheck(`${name} up to date`, ['node', path, '--check'])),
  ]
}

/** What must hold of the packages as others install them: built, packed and installed, so slower than all of the above. */
export function packageChecks(): Check[] {
  return [...contentChecks, ...runtimeChecks, ...typeChecks, ...bundleChecks, ...commandChecks, ...appChecks]
}

/** What must hold of the documentation, the site included: slower than the others, so it is built only when asked for. */
export function documentationChecks(): Check[] {
  return [...docChecks, siteCheck]
}
