// Runs the tests against a mutant: in a copy of the project whose built artifact holds the mutant's bytecode, so that forge
// compiles nothing.

import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder, forgeOutput } from '../tools/foundry.ts'
import { readTestReport } from '../tools/test-report.ts'
import type { Compiled } from './compile.ts'

/** Tests that never touch the contract's bytecode, and the long ones that are left for survivors. */
const QUICK = ['--no-match-path', 'test/{libraries,resolvers,vault,deploy,proofs,invariant}/**']
const LONG = ['--match-path', 'test/invariant/**']

/** Says whether tests notice a mutant. */
export interface Judge extends Disposable {
  /** The name of a test that fails, or undefined if the mutant survives. */
  judge(mutant: Compiled): string | undefined
}

/**
 * Prepares a copy of the built project.
 *
 * @param name - Names the copy, so that several can stand side by side.
 * @returns The judge; disposing it removes the copy.
 * @throws Error if the tests fail without any mutation.
 */
export function makeJudge(name: string): Judge {
  const cache = join(contractsFolder, 'cache')
  const copy = join(cache, `mutate-${name}`)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  // everything but the cache that the copy stands in
  for (const part of ['foundry.toml', 'src', 'test', 'scripts', 'out']) {
    cpSync(join(contractsFolder, part), join(copy, part), { recursive: true })
  }
  // vectors are looked for beside the project
  rmSync(join(cache, 'specs'), { force: true })
  symlinkSync(join(contractsFolder, '..', 'specs'), join(cache, 'specs'))
  const artifact = join(copy, 'out/Sluice.sol/Sluice.json')
  run(copy, ['build', '--quiet'])
  const built = readFileSync(artifact, 'utf8')
  const failing = firstFailure(copy, QUICK)
  if (failing !== undefined) throw new Error(`${failing} fails without any mutation`)
  return {
    judge(mutant) {
      writeFileSync(artifact, withBytecode(built, mutant))
      return firstFailure(copy, QUICK) ?? firstFailure(copy, LONG)
    },
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  }
}

function withBytecode(artifact: string, { creation, runtime }: Compiled): string {
  const parsed = JSON.parse(artifact) as Record<'bytecode' | 'deployedBytecode', { object: string }>
  parsed.bytecode.object = `0x${creation}`
  parsed.deployedBytecode.object = `0x${runtime}`
  return JSON.stringify(parsed)
}

function run(root: string, args: readonly string[]) {
  return forgeOutput([...args, '--root', root], {
    FOUNDRY_FUZZ_RUNS: '24',
    FOUNDRY_INVARIANT_RUNS: '4',
    FOUNDRY_INVARIANT_DEPTH: '250',
  })
}

function firstFailure(root: string, which: readonly string[]): string | undefined {
  const report = readTestReport(run(root, ['test', '--json', '--fail-fast', ...which]).stdout)
  // a run that reports nothing at all has not shown that the mutant lives
  if (report.passed + report.failed === 0) return 'the test run itself'
  return report.failures[0]?.test
}
