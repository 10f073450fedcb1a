// Runs the tests against a mutant: in a copy of the project whose built artifact holds the mutant's bytecode, so that forge
// compiles nothing.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder, forgeOutput } from '../tools/foundry.ts'
import { readTestReport } from '../tools/test-report.ts'
import type { Compiled } from './compile.ts'
import type { Target } from './targets.ts'

const cacheFolder = join(contractsFolder, 'cache')

/** What forge keeps of failures, to try them again: here they are another mutant's. */
const REMEMBERED = ['fuzz', 'invariant', 'test-failures']

/** What stands in for the compiler where nothing is to be compiled. */
const compilerIn = (folder: string) => join(folder, 'solc')

/**
 * Builds the project and makes a place for copies of it.
 *
 * @param name - Names the place, so that several runs can stand side by side.
 * @returns The folder, which the caller removes.
 */
export function prepareCopies(name: string): string {
  const folder = join(cacheFolder, `mutate-${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (forgeOutput(['build', '--quiet']).code !== 0) throw new Error('the contracts do not build')
  // forge asks for the compiler's version each time, and the compiler takes as long to say it as most tests to run
  const version = execFileSync(join(contractsFolder, 'scripts/solc'), ['--version'], { encoding: 'utf8' })
  writeFileSync(compilerIn(folder), `#!/bin/sh\ncat <<'END'\n${version}END\n`, { mode: 0o755 })
  // vectors are looked for beside the project
  symlinkSync(join(contractsFolder, '..', 'specs'), join(folder, 'specs'))
  return folder
}

/**
 * Copies the built project.
 *
 * @param folder - What {@link prepareCopies} made.
 * @param name - The copy's.
 * @returns A function that says which test notices a target's mutant, or undefined if none does.
 */
export function makeJudge(folder: string, name: string): (target: Target, mutant: Compiled) => string | undefined {
  const copy = join(folder, name)
  for (const part of ['foundry.toml', 'src', 'test', 'scripts', 'out', 'cache/solidity-files-cache.json']) {
    cpSync(join(contractsFolder, part), join(copy, part), { recursive: true })
  }
  return (target, mutant) => {
    const artifact = join(copy, `out/${target.contract}.sol/${target.contract}.json`)
    const built = readFileSync(artifact, 'utf8')
    writeFileSync(artifact, withBytecode(built, mutant))
    try {
      for (const filter of target.tests) {
        const failing = firstFailure(copy, filter, compilerIn(folder))
        if (failing !== undefined) return failing
      }
      return undefined
    } finally {
      writeFileSync(artifact, built)
    }
  }
}

function withBytecode(artifact: string, { creation, runtime }: Compiled): string {
  const parsed = JSON.parse(artifact) as Record<'bytecode' | 'deployedBytecode', { object: string }>
  parsed.bytecode.object = `0x${creation}`
  parsed.deployedBytecode.object = `0x${runtime}`
  return JSON.stringify(parsed)
}

function firstFailure(copy: string, filter: readonly string[], compiler: string): string | undefined {
  for (const kept of REMEMBERED) rmSync(join(copy, 'cache', kept), { recursive: true, force: true })
  const args = ['test', '--json', '--fail-fast', '--root', copy, ...filter]
  const { stdout } = forgeOutput(args, {
    FOUNDRY_SOLC: compiler,
    FOUNDRY_FUZZ_RUNS: '24',
    FOUNDRY_INVARIANT_RUNS: '4',
    FOUNDRY_INVARIANT_DEPTH: '250',
    // what is compiled quickly is larger than a chain takes
    FOUNDRY_CODE_SIZE_LIMIT: '100000',
  })
  const report = readTestReport(stdout)
  // a run that reports nothing at all has not shown that the mutant lives
  if (report.passed + report.failed === 0) return 'the test run itself'
  return report.failures[0]?.test
}
