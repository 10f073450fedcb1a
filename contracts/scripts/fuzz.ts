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
/** So many calls at a time, so that a long run can tell how far it is. */
const ROUND = 250_000

/**
 * Runs the invariant suites for about this many calls, round by round, and stops after a round that found something.
 *
 * @param calls - How many; rounded up to whole runs.
 * @param onRound - Hears after each round what there is so far.
 * @returns What happened.
 */
export function fuzzInvariants(calls: number, onRound: (soFar: FuzzReport) => void): FuzzReport {
  const started = performance.now()
  const report: FuzzReport = { calls: 0, reverts: 0, seconds: 0, failures: [] }
  while (report.calls < calls && report.failures.length === 0) {
    const round = runSuites(Math.ceil(Math.min(ROUND, calls - report.calls) / SUITES / DEPTH))
    report.calls += round.invariantCalls
    report.reverts += round.invariantReverts
    report.failures.push(...round.failures.map(({ test, reason }) => `${test}: ${reason}`))
    report.seconds = Math.round((performance.now() - started) / 1000)
    if (round.invariantCalls === 0 && round.failures.length === 0) throw new Error('the invariant suites made no call')
    onRound(report)
  }
  return report
}

function runSuites(runs: number) {
  const { stdout } = forgeOutput(['test', '--json', '--allow-failure', '--match-path', 'test/invariant/*'], {
    FOUNDRY_INVARIANT_RUNS: String(runs),
    FOUNDRY_INVARIANT_DEPTH: String(DEPTH),
    // a new seed each time: what a round finds is printed with its sequence
    FOUNDRY_FUZZ_SEED: `0x${Date.now().toString(16)}`,
  })
  return readTestReport(stdout)
}
