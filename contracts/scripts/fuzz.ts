// Long runs of the invariant suites.

import { forgeOutput } from './tools/foundry.ts'
import { readTestReport } from './tools/test-report.ts'

/** What a run came to. */
export interface FuzzReport {
  calls: number
  reverts: number
  seconds: number
  failures: string[]
}

const DEPTH = 500
/** The suites run side by side, each with its share of the calls. */
const SUITES = 2

/**
 * Runs the invariant suites for about this many calls.
 *
 * @param calls - How many; rounded up to whole runs.
 * @returns What happened.
 */
export function fuzzInvariants(calls: number): FuzzReport {
  const runs = Math.ceil(calls / SUITES / DEPTH)
  const started = performance.now()
  const { stdout } = forgeOutput(['test', '--json', '--allow-failure', '--match-path', 'test/invariant/*'], {
    FOUNDRY_INVARIANT_RUNS: String(runs),
    FOUNDRY_INVARIANT_DEPTH: String(DEPTH),
    // a new seed each time: what a run finds is printed with its sequence
    FOUNDRY_FUZZ_SEED: `0x${Date.now().toString(16)}`,
  })
  const report = readTestReport(stdout)
  return {
    calls: report.invariantCalls,
    reverts: report.invariantReverts,
    seconds: Math.round((performance.now() - started) / 1000),
    failures: report.failures.map(({ test, reason }) => `${test}: ${reason}`),
  }
}
